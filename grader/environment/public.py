"""The index that every client asks where no other is configured: as this Python's own pip knows it, not named here."""

import importlib
import re
import sysconfig
import zipfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from grader.domain.errors import EnvironmentError_

_MODULE = "pip._internal.models.index"
_WRITTEN = re.compile(r'^PyPI = PackageIndex\(\s*"(https://[^"/]+)/?"', re.MULTILINE)


@cache
def public_index() -> str:
    """Its address: of the installed pip, else of the one that Python brings for new virtual environments.

    Raises:
        EnvironmentError_: this Python has neither.
    """
    with suppress(ImportError, AttributeError):
        return str(importlib.import_module(_MODULE).PyPI.simple_url)
    for wheel in _bundled():
        with suppress(OSError, KeyError, zipfile.BadZipFile), zipfile.ZipFile(wheel) as archive:
            if found := _WRITTEN.search(archive.read(f"{_MODULE.replace('.', '/')}.py").decode("utf-8", "replace")):
                return f"{found[1]}/simple"
    raise EnvironmentError_(
        "No index of packages is configured, and this Python has no pip that knows the usual one.",
        "Name one, as in: export PIP_INDEX_URL=https://…/simple; or install pip.",
    )


def _bundled() -> list[Path]:
    """The wheels of pip that belong to this Python, the newest last by name."""
    with suppress(ImportError):
        beside = Path(str(importlib.import_module("ensurepip").__file__)).parent / "_bundled"
        kept = sysconfig.get_config_var("WHEEL_PKG_DIR")
        folders = [beside, *([Path(kept)] if kept else [])]
        return [wheel for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))]
    return []
