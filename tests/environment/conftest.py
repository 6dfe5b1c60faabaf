"""A small project whose lock is a part of the course's own, so that the wheels are there."""

import shutil
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.environment import Environment, fetch, prepare
from grader.reader.locks import content_hashes
from tests.environment.loopback import Index, serving

COURSE = Path(__file__).parents[2] / "capstone" / "reference"
PROJECT = '[project]\nname = "small"\nversion = "1"\nrequires-python = ">=3.12"\ndependencies = ["asgiref"]\n'
LOCK_TAIL = '[metadata]\nlock-version = "2.1"\npython-versions = ">=3.12"\ncontent-hash = "HASH"\n'


def package(name: str) -> str:
    """The entry of one package, as it stands in the course's lock."""
    entries = (COURSE / "poetry.lock").read_text().split("[metadata]")[0].split("[[package]]\n")
    return "[[package]]\n" + next(entry for entry in entries if entry.startswith(f'name = "{name}"\n'))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a project of one package; what is given replaces a part of the lock or all of pyproject.toml."""

    def write(
        *, project: str = PROJECT, replace: tuple[str, str] = ("", ""), names: tuple[str, ...] = ("asgiref",)
    ) -> Path:
        folder = tmp_path / "small"
        folder.mkdir(exist_ok=True)
        (folder / "pyproject.toml").write_text(project)
        try:
            fits = min(content_hashes(tomllib.loads(project)))
        except ValueError:
            fits = ""
        lock = "".join(map(package, names)) + LOCK_TAIL.replace("HASH", fits)
        assert replace[0] in lock
        (folder / "poetry.lock").write_text(lock.replace(*replace, 1) if replace[0] else lock)
        return folder

    return write


@pytest.fixture(scope="session")
def shared(state_dir: Path) -> Path:
    """The cache of environments that the command line uses."""
    return state_dir / "environments"


@pytest.fixture(scope="session")
def course(shared: Path) -> Environment:
    """The course's own environment."""
    return prepare(COURSE, course_lock=COURSE, cache=shared, progress=lambda text: None)


@pytest.fixture
def fresh(tmp_path: Path, shared: Path, course: Environment) -> Path:
    """An empty cache of environments with the wheels of the shared one."""
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "unpacked").symlink_to(shared / "unpacked")
    return tmp_path / "cache"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The reference project without its tests, and one test instead."""
    ignored = shutil.ignore_patterns(".*", "*.sqlite3", "tests", "__pycache__")
    folder = Path(shutil.copytree(COURSE, tmp_path / "project", ignore=ignored))
    (folder / "tests").mkdir()
    (folder / "tests" / "test_it.py").write_text(
        "def test_it(settings):\n    import django, sys\n"
        "    assert django.__file__.startswith('/deps/')\n    assert sys.prefix != sys.base_prefix\n"
    )
    for path in (tmp_path, *tmp_path.parents):
        if path.owner() and path.name.startswith(("pytest", "test_")):
            path.chmod(0o755)
    return folder


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """An index on the loopback, the only one that this machine is told of."""
    with serving() as index:
        for name in ("UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
            monkeypatch.delenv(name, raising=False)
        for name in ("UV_CONFIG_FILE", "PIP_CONFIG_FILE"):
            monkeypatch.setenv(name, "/dev/null")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.address)
        monkeypatch.setattr(fetch, "ATTEMPTS", 1)
        yield index
