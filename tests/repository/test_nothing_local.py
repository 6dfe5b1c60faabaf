"""No committed file names this machine or the registries that it happens to use.

What is forbidden is computed here and now, so that the test names nothing of the kind itself.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tests.repository.test_conventions import FILES, ROOT, named

_VARIABLES = (
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "UV_INDEX_URL",
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "NPM_CONFIG_REGISTRY",
)
# Names of files that lock tools write with the address of the registry in them.
_LOCKS_WITH_ADDRESSES = {"uv.lock", "pylock.toml", "package-lock.json"}


def configured() -> str:
    """All that pip, uv and npm say of where packages come from."""
    said = [os.environ.get(name, "") for name in _VARIABLES]
    commands = [[sys.executable, "-m", "pip", "config", "list"]]
    if npm := shutil.which("npm"):
        commands.append([npm, "config", "get", "registry"])
    for command in commands:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        said.append(ran.stdout)
    return "\n".join(said)


def hosts() -> set[str]:
    """Names of the registries in use, and the one that pip uses by default."""
    from pip._internal.models.index import PyPI

    urls = [PyPI.simple_url, PyPI.file_storage_domain, *re.findall(r"\w+://[^\s'\"]+", configured())]
    return {name for url in urls if (name := urlsplit(url if "://" in url else f"//{url}").hostname or "")} - {
        "localhost"
    }


def holding(words: set[str]) -> list[str]:
    """Tracked files in which one of the words stands by itself."""
    pattern = re.compile(
        b"|".join(rb"(?<![\w.-])" + re.escape(word.encode()) + rb"(?![\w-])" for word in sorted(words))
    )
    return named([path for path in FILES if words and pattern.search(path.read_bytes())])


def test_no_registry_is_named() -> None:
    assert holding(hosts()) == []


def test_no_lock_that_holds_addresses_is_committed() -> None:
    assert named([path for path in FILES if path.name in _LOCKS_WITH_ADDRESSES]) == []


def test_no_folder_of_this_machine_is_named() -> None:
    local = {str(ROOT), str(Path.home()), sys.base_prefix}
    # Folders such as /root, /app and /usr/local are everybody's.
    assert holding({name for name in local if name.count("/") > 1 and not name.startswith(("/usr", "/opt"))}) == []
