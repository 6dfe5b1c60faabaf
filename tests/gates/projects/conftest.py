"""The four projects, each as somebody would hand it in: a copy, with the lock that it is said to have."""

import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

DATA = Path(__file__).with_name("data")
COURSE = Path(__file__).parents[3] / "capstone" / "reference"
# What uv would lock for the project below services/weather: by package, what it depends on.
_LOCKED = {
    "asgiref": (),
    "django": ("asgiref", "sqlparse"),
    "gunicorn": ("packaging",),
    "iniconfig": (),
    "packaging": (),
    "pluggy": (),
    "psycopg": (),
    "psycopg-binary": (),
    "pygments": (),
    "pytest": ("iniconfig", "packaging", "pluggy", "pygments"),
    "pytest-django": ("pytest",),
    "sqlparse": (),
}
_ROOT = """[[package]]
name = "weather"
version = "1.0"
source = { virtual = "." }
dependencies = [{ name = "django" }, { name = "gunicorn" }, { name = "psycopg", extra = ["binary"] }]

[package.dev-dependencies]
dev = [{ name = "pytest" }, { name = "pytest-django" }]

[package.metadata]
requires-dist = [{ name = "django" }, { name = "gunicorn" }, { name = "psycopg", extras = ["binary"] }]
"""


def uv_lock() -> str:
    """A lock as uv writes it, of wheels that the course's own lock has. No address in it leads anywhere."""
    locked = {one["name"]: one for one in tomllib.loads((COURSE / "poetry.lock").read_text())["package"]}
    parts = ['version = 1\nrevision = 3\nrequires-python = ">=3.12"\n', _ROOT]
    for name, needs in _LOCKED.items():
        wheels = [
            f'    {{ url = "https://files.invalid/{file["file"]}", hash = "{file["hash"]}" }},'
            for file in locked[name]["files"]
            if file["file"].endswith(".whl")
        ]
        lines = [f'[[package]]\nname = "{name}"\nversion = "{locked[name]["version"]}"']
        lines += ['source = { registry = "https://index.invalid/simple" }']
        lines += [f"dependencies = [{', '.join(f'{{ name = "{one}" }}' for one in needs)}]"]
        lines += ["wheels = [", *wheels, "]"]
        if name == "psycopg":
            lines += ['\n[package.optional-dependencies]\nbinary = [{ name = "psycopg-binary" }]']
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


@pytest.fixture
def handed_in(tmp_path: Path) -> Callable[[str], Path]:
    """``handed_in(name)``: the folder of that project."""

    def folder(name: str) -> Path:
        root = Path(shutil.copytree(DATA / name, tmp_path / name))
        if name == "monorepo":
            (root / "services/weather/uv.lock").write_text(uv_lock())
        return root

    return folder
