"""Environments of projects that nobody here wrote: which of their files counts, and what cannot be used."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.domain.errors import EnvironmentError_
from grader.environment import Environment, fetch, resolve
from grader.environment.any_project import prepare_any
from grader.environment.faults import NotInstallable
from grader.environment.install import installed
from grader.environment.resolve import resolved
from tests.environment.loopback import Index, wheel
from tests.environment.projects import project

ODD, EVEN = "odd-1.0-py3-none-any.whl", "even-1.0-py3-none-any.whl"
PROJECT = '[project]\nname = "small"\nversion = "1"\nrequires-python = ">=3.12"\ndependencies = ["odd"]\n'
GROUPS = PROJECT + '[dependency-groups]\ndev = [{include-group = "more"}]\nmore = ["even"]\n'


@pytest.fixture(scope="session")
def with_pip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that has the resolver, which the index of these tests does not have."""
    cache = tmp_path_factory.mktemp("resolver")
    text = Path(resolve.__file__).with_name("resolver.txt").read_text()
    installed(text, cache=cache, what="pip", progress=lambda step: None).release()
    return cache


@pytest.fixture
def offered(with_pip: Path, index: Index, tmp_path: Path) -> Index:
    """An index with two packages, the first in two versions, and a cache of the test's own with the resolver."""
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "unpacked").symlink_to(with_pip / "unpacked")
    index.add(wheel())
    index.add(wheel("odd", "2.0"), "odd", "2.0")
    index.add(wheel("even", files={"even.py": b""}), "even")
    return index


def hashed(index: Index, file: str) -> str:
    return f"--hash=sha256:{hashlib.sha256(index.wheels[file]).hexdigest()}"


def written(root: Path, files: Mapping[str, str]) -> list[str]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return list(files)


def prepared(index: Index, folder: Path, files: Mapping[str, str]) -> Environment:
    """The environment of a project of these files; the course's has only ``even``."""
    course, root = project(folder / "course", index, EVEN), folder / "own"
    names = written(root, files)
    return prepare_any(root, names, course_lock=course, cache=folder / "cache", progress=lambda text: None)


def uv(root: Path, *words: str) -> None:
    """Runs uv on a project, with the index of the test and this Python, and nothing to fetch for itself."""
    environ = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_PYTHON": sys.executable, "UV_NO_CACHE": "1"}
    command = [str(Path(sys.executable).with_name("uv")), *words]
    done = subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("lock", ["uv.lock", "pylock.toml"])
def test_a_lock_that_uv_writes_is_installed_as_it_is(offered: Index, tmp_path: Path, lock: str) -> None:
    files = {"pyproject.toml": GROUPS}
    written(tmp_path / "own", files)
    uv(tmp_path / "own", "lock")
    if lock == "pylock.toml":
        uv(tmp_path / "own", "export", "--format", "pylock.toml", "--output-file", lock, "--no-emit-project")
    text = (tmp_path / "own" / lock).read_text()
    offered.add(wheel("odd", "3.0"), "odd", "3.0")  # what nobody locked
    environment = prepared(offered, tmp_path, {**files, lock: text})
    assert (environment.origin, environment.packages) == ("submission", {"odd": "2.0", "even": "1.0"})
    assert environment.notice(tmp_path / "own", []) == ""


def test_the_same_project_without_its_lock_is_resolved_and_says_so(offered: Index, tmp_path: Path) -> None:
    """The control."""
    offered.add(wheel("odd", "3.0"), "odd", "3.0")
    environment = prepared(offered, tmp_path, {"pyproject.toml": GROUPS})
    assert (environment.origin, environment.packages) == ("resolved", {"odd": "3.0", "even": "1.0"})
    assert environment.notice(tmp_path / "own", []).startswith(
        "2 packages of pyproject.toml are not locked with hashes and were resolved on 20"
    )


# The files of a project, whose packages it gets and which ones, and words of what is said. PIN stands for odd 1.0.
CASES: dict[str, tuple[dict[str, str], str, dict[str, str], str]] = {
    "requirements pinned by hash": (
        {"requirements.txt": "odd==1.0 \\\n    HASH\n"}, "submission", {"odd": "1.0"}, "",
    ),
    "requirements pinned without hashes": (
        {"requirements.txt": "odd==1.0\n"}, "resolved", {"odd": "1.0"}, "1 packages of requirements.txt are not locked",
    ),
    "one line of two without a hash": (
        {"requirements.txt": "odd==1.0 HASH\neven==1.0\n"}, "resolved", {"odd": "1.0", "even": "1.0"}, "not locked",
    ),
    "-r and -c": (
        {"requirements.txt": "-r requirements/base.in.txt\n", "requirements/base.in.txt": "odd\n-c ../most.txt\n",
         "most.txt": "odd<2\n"},
        "resolved", {"odd": "1.0"}, "not locked",
    ),
    "markers and extras": (
        {"requirements.txt": "odd[x]<2 ; python_version > '3'\neven ; python_version < '3'\n"},
        "resolved", {"odd": "1.0"}, "not locked",
    ),
    "those of developers, not of deployments": (
        {"requirements/prod.txt": "absent\n", "requirements/base.txt": "odd\n", "requirements-dev.txt": "even\n"},
        "resolved", {"odd": "2.0", "even": "1.0"}, "requirements-dev.txt and requirements/base.txt",
    ),
    "the project itself": (
        {"requirements.txt": "-e .\neven\n", "pyproject.toml": PROJECT},
        "resolved", {"odd": "2.0", "even": "1.0"}, "not locked",
    ),
    "an index of its own": (
        {"requirements.txt": "--index-url https://user:secret@packages.example/simple\nodd\n"},
        "resolved", {"odd": "2.0"}, "Not obeyed in requirements.txt: --index-url",
    ),
    "extras for tests": (
        {"pyproject.toml": PROJECT + '[project.optional-dependencies]\ntest = ["even"]\nfast = ["absent"]\n'},
        "resolved", {"odd": "2.0", "even": "1.0"}, "not locked",
    ),
    "a stale lock, and what it was made from": (
        {"pyproject.toml": GROUPS, "uv.lock": 'version = 1\n[[package]]\nname = "small"\nsource = {virtual = "."}\n'},
        "resolved", {"odd": "2.0", "even": "1.0"}, "uv.lock cannot be used: it does not fit pyproject.toml",
    ),
    "another Python": (
        {"requirements.txt": "odd==1.0 HASH\n", ".python-version": "3.9\n"},
        "submission", {"odd": "1.0"}, ".python-version asks for Python 3.9, and it was measured with",
    ),
    "nothing": ({"app.py": ""}, "course", {"even": "1.0"}, "Nothing says which packages it needs"),
    "an address": ({"requirements.txt": "odd @ https://packages.example/odd.whl\n"}, "course", {"even": "1.0"},
                   "odd comes from an address"),
    "a repository": ({"requirements.txt": "-e git+https://user:secret@packages.example/odd\n"}, "course",
                     {"even": "1.0"}, "`-e git+https://…` is no package of an index"),
    "a file outside": ({"requirements.txt": "-r ../../secret.txt\n", "secret.txt": "odd\n"}, "course", {"even": "1.0"},
                       "../../secret.txt cannot be used: it is named and is not there"),
    "a file that leads outside further down": ({"requirements.txt": "-r a/../../x.txt\n"}, "course", {"even": "1.0"},
                                               "../x.txt cannot be used: it is named and is not there"),
    "what the index does not have": ({"requirements.txt": "absent\n"}, "course", {"even": "1.0"},
                                     "No matching distribution found for absent"),
    "what does not fit together": ({"requirements.txt": "odd<2\nodd>1\n"}, "course", {"even": "1.0"}, "Cannot install"),
    "too many lines": ({"requirements.txt": "odd\n" * 1001}, "course", {"even": "1.0"}, "it has 1,001 lines"),
    "dynamic": ({"pyproject.toml": '[project]\nname = "x"\ndynamic = ["dependencies"]\n'}, "course", {"even": "1.0"},
                "only code of the project tells them"),
    "a circle of groups": ({"pyproject.toml": PROJECT + '[dependency-groups]\na = [{include-group = "a"}]\n'},
                           "course", {"even": "1.0"}, "[dependency-groups] cannot be read"),
    "no TOML": ({"pylock.toml": "[", "uv.lock": "x = " + "[" * 5000, "pyproject.toml": ""}, "course", {"even": "1.0"},
                "pylock.toml cannot be used"),
    "a lock from a folder": ({"pylock.toml": 'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "odd"\n'
                              'directory = {path = "../odd"}\n'}, "course", {"even": "1.0"}, "odd comes from no index"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_packages_come_from_what_the_project_has(offered: Index, tmp_path: Path, case: str) -> None:
    files, origin, packages, words = CASES[case]
    files = {name: text.replace("HASH", hashed(offered, ODD)) for name, text in files.items()}
    environment = prepared(offered, tmp_path, files)
    said = environment.notice(tmp_path / "own", [])
    assert (environment.origin, environment.packages) == (origin, packages)
    assert words in said
    assert "secret@" not in said
    assert said.isprintable()


def test_a_package_that_would_have_to_be_built_is_not(offered: Index, tmp_path: Path) -> None:
    """The only file of it is its source, whose setup.py would run."""
    offered.wheels["sourced-1.0.tar.gz"] = b"setup.py"
    environment = prepared(offered, tmp_path, {"requirements.txt": "sourced\n"})
    assert environment.origin == "course"
    assert not [path for path in offered.asked if path.endswith(".tar.gz")]


def test_what_was_resolved_today_is_used_again(offered: Index, tmp_path: Path) -> None:
    files = {"requirements.txt": "odd\n"}
    first = prepared(offered, tmp_path, files)
    offered.add(wheel("odd", "3.0"), "odd", "3.0")
    asked = len(offered.asked)
    again = prepare_any(
        tmp_path / "own", files, course_lock=tmp_path / "course", cache=tmp_path / "cache", progress=lambda text: None
    )
    assert (again, len(offered.asked)) == (first, asked)


def test_what_was_taken_back_is_not_chosen(offered: Index, tmp_path: Path) -> None:
    offered.yanked = ("odd-2.0-py3-none-any.whl",)
    assert prepared(offered, tmp_path, {"requirements.txt": "odd\n"}).packages == {"odd": "1.0"}


def test_an_index_that_does_not_answer_is_the_machines_fault(offered: Index, tmp_path: Path) -> None:
    offered.broken = ("/simple/",)
    with pytest.raises(EnvironmentError_, match="status 503"):
        prepared(offered, tmp_path, {"requirements.txt": "odd\n"})
    assert fetch.ATTEMPTS == 1


@pytest.mark.parametrize(
    "line",
    [
        "--index-url http://127.0.0.1:1/",
        "-r /submission/x",
        "./odd",
        "odd\n-e .",
        "/x.whl",
        "odd==1 --pre",
        "odd ==1 --config-settings=a",
    ],
)
def test_no_line_but_a_requirement_reaches_the_resolver(offered: Index, tmp_path: Path, line: str) -> None:
    """Whoever took the reading process over makes up what it answers."""
    with pytest.raises(NotInstallable, match="a requirement is none"):
        resolved((line,), (), cache=tmp_path, kind="auto", progress=lambda text: None)
    assert offered.asked == []
