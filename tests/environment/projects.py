"""Projects whose locks pin packages of an index on the loopback."""

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path

from grader.reader.locks import content_hashes
from tests.environment.loopback import Index

_PROJECT = '[project]\nname = "small"\nversion = "1"\nrequires-python = ">=3.12"\ndependencies = ["odd"]\n'
_PACKAGE = """[[package]]
name = "{name}"
version = "{version}"
optional = false
python-versions = "*"
groups = ["main"]{marker}
files = [{{file = "{file}", hash = "sha256:{digest}"}}]

"""
_TAIL = '[metadata]\nlock-version = "2.1"\npython-versions = ">=3.12"\ncontent-hash = "{fits}"\n'


def project(folder: Path, index: Index, *names: str, markers: Mapping[str, str] | None = None) -> Path:
    """A project that locks these files of the index; ``markers`` are by file, as TOML has them."""
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text(_PROJECT)
    packages = ""
    for file in names:
        name, version = file.split("-")[:2]
        digest = hashlib.sha256(index.wheels.get(file, b"")).hexdigest()
        marker = f"\nmarkers = {markers[file]}" if markers and file in markers else ""
        packages += _PACKAGE.format(name=name, version=version, file=file, digest=digest, marker=marker)
    fits = min(content_hashes(tomllib.loads(_PROJECT)))
    (folder / "poetry.lock").write_text(packages + _TAIL.format(fits=fits))
    return folder
