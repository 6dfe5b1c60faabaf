import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.environment import read_lock
from grader.reader.locks import content_hashes
from grader.tools.poetry import poetry_site
from tests.environment.conftest import COURSE, PROJECT

Write = Callable[..., Path]


def test_reads_the_courses_lock() -> None:
    lock = read_lock(COURSE)
    assert not lock.problems
    assert lock.packages["django"].startswith("6.")
    assert f"django=={lock.packages['django']} \\\n    --hash=sha256:" in lock.requirements
    assert "://" not in lock.requirements


def test_the_courses_lock_fits_its_project() -> None:
    found = tomllib.loads((COURSE / "poetry.lock").read_text())["metadata"]["content-hash"]
    assert found in content_hashes(tomllib.loads((COURSE / "pyproject.toml").read_text()))


POETRYS_OWN = """
import json, sys, tomllib
from pathlib import Path
sys.path.append(sys.argv[1])
from poetry.packages.locker import Locker
def hashes(text):
    locker = Locker(Path("none"), tomllib.loads(text))
    return [locker._get_content_hash(with_dependency_groups=groups) for groups in (True, False)]
print(json.dumps([hashes(text) for text in json.load(sys.stdin)]))
"""
PROJECTS = [
    PROJECT,
    "",
    PROJECT + '[dependency-groups]\ndev = ["pytest", {include-group = "more"}]\nmore = []\n',
    '[tool.poetry.dependencies]\npython = "^3.12"\n[tool.poetry.group.d.dependencies]\na = "*"\n',
    '[tool.poetry.dev-dependencies]\na = {version = "1", optional = true}\n[tool.poetry.extras]\nx = ["a"]\n',
    PROJECT + '[project.optional-dependencies]\nx = ["ä"]\n[tool.poetry.dependencies]\nasgiref = {source = "s"}\n',
    '[dependency-groups]\ndev = ["a"]\n[[tool.poetry.source]]\nname = "s"\nurl = "u"\n',
    (COURSE / "pyproject.toml").read_text(),
]


def test_content_hashes_are_those_that_poetry_makes(shared: Path) -> None:
    site = poetry_site(cache=shared)
    command = [sys.executable, "-I", "-c", POETRYS_OWN, str(site)]
    done = subprocess.run(command, input=json.dumps(PROJECTS), text=True, capture_output=True, check=True)
    assert [content_hashes(tomllib.loads(text)) for text in PROJECTS] == [frozenset(h) for h in json.loads(done.stdout)]


def _source(kind: str) -> tuple[str, str]:
    return "[package.extras]", f'[package.source]\ntype = "{kind}"\nurl = "../evil"\n[package.extras]'


FILES = "files = ["
MARKED = ("optional = false", "optional = false\nmarkers = ")
PROBLEMS: dict[str, tuple[tuple[str, str], str]] = {
    "git": (_source("git"), "comes from a git source"),
    "directory": (_source("directory"), "comes from a directory source"),
    "file": (_source("file"), "comes from a file source"),
    "url": (_source("url"), "comes from a url source"),
    "odd source": (("[package.extras]", "source = 7\n[package.extras]"), "comes from a"),
    "sdist only": ((".whl", ".tar.gz"), "has no wheel"),
    "file name": ((FILES, FILES + '{file = "a\\n-r /etc/passwd", hash = "sha256:0"},'), "a file or a hash"),
    "hash": ((FILES, FILES + '{file = "a.whl", hash = "md5:0"},'), "a file or a hash"),
    "files": ((FILES, FILES + "7,"), "a file or a hash"),
    "name": (('name = "asgiref"', 'name = "asgiref @ file:///evil"'), "proper name and version"),
    "option": (('name = "asgiref"', 'name = "--index-url"'), "proper name and version"),
    "version": (('version = "', 'version = "1 ; --pre'), "proper name and version"),
    "version line": (('version = "', 'version = "\\n'), "proper name and version"),
    "marker": ((MARKED[0], MARKED[1] + '"nonsense"'), "marker"),
    "marker line": ((MARKED[0], MARKED[1] + "\"os_name == 'a\\n--index-url https://evil\\n'\""), "marker"),
    "marker kind": ((MARKED[0], MARKED[1] + "[1]"), "marker"),
    "marker depth": ((MARKED[0], MARKED[1] + f'"{"(" * 1900}os_name"'), "marker"),
    "lock version": (('"2.1"', '"1.1"'), "Poetry 2"),
    "stale": (('content-hash = "', 'content-hash = "0'), "changed after locking"),
    "not TOML": (("[metadata]", "[metadata"), "not valid TOML"),
    "number": (("[metadata]", "x = " + "9" * 5000 + "\n[metadata]"), "not valid TOML"),
    "depth": (("[metadata]", "x = " + "[" * 5000 + "\n[metadata]"), "not valid TOML"),
    "metadata": (("[metadata]", "[meta]"), "Poetry 2"),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_lock_that_cannot_be_used_says_why(write: Write, name: str) -> None:
    replace, words = PROBLEMS[name]
    lock = read_lock(write(replace=replace))
    assert len(lock.problems) == 1
    assert words in lock.problems[0]
    assert lock.problems[0].isprintable()
    assert lock.problems[0].endswith(".")


def test_a_project_that_was_changed_after_locking(write: Write) -> None:
    folder = write()
    with (folder / "pyproject.toml").open("a") as project:
        project.write('[project.optional-dependencies]\nx = ["y"]\n')
    assert "changed after locking" in read_lock(folder).problems[0]


def test_what_hashes_do_not_cover_may_change(write: Write) -> None:
    folder = write()
    with (folder / "pyproject.toml").open("a") as project:
        project.write("[tool.ruff]\nline-length = 99\n")
    assert not read_lock(folder).problems


def test_plugins_are_refused(write: Write) -> None:
    problems = read_lock(write(project=PROJECT + '[tool.poetry.requires-plugins]\nevil = "*"\n')).problems
    assert "requires-plugins" in problems[0]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("poetry.lock", None, "poetry.lock is missing"),
        ("pyproject.toml", None, "pyproject.toml is missing"),
        ("poetry.lock", b"\xff\xfe\0", "not UTF-8"),
        ("poetry.lock", b"x" * (5 << 20), "larger than 4 MB"),
        ("poetry.lock", b"package = 1\n", "Poetry 2"),
        ("poetry.lock", b"package = [1]\n", "Poetry 2"),
        ("pyproject.toml", b"project = 1\ntool = 2\n", "changed after locking"),
    ],
)
def test_a_file_that_is_none(write: Write, name: str, data: bytes | None, words: str) -> None:
    folder = write()
    (folder / name).unlink()
    if data is not None:
        (folder / name).write_bytes(data)
    assert words in read_lock(folder).problems[0]


def test_problems_and_packages_are_bounded(write: Write) -> None:
    folder = write()
    lock = folder / "poetry.lock"
    lock.write_text('[[package]]\nname = "a"\nversion = "1"\n' * 400 + lock.read_text())
    problems = read_lock(folder).problems
    assert problems == (
        "poetry.lock locks 401 packages, more than 300: depend on fewer.",
        "a has no wheel in poetry.lock and would have to be built: choose versions with wheels.",
    )


def test_what_is_wrong_with_several_packages_is_one_sentence(write: Write) -> None:
    folder = write()
    lock = folder / "poetry.lock"
    many = "".join(f'[[package]]\nname = "{name}"\nversion = "1"\n' for name in "abcdef")
    lock.write_text(many + lock.read_text())
    assert read_lock(folder).problems == (
        "a, b, c, d and 2 more have no wheel in poetry.lock and would have to be built: choose versions with wheels.",
    )


def test_a_package_of_another_index_is_as_good_as_its_hashes(write: Write) -> None:
    """A mirror, or an index of one's own: what is installed has the pinned hash, wherever it comes from."""
    plain, mirrored = read_lock(write()), read_lock(write(replace=_source("legacy")))
    assert not mirrored.problems
    assert mirrored.requirements == plain.requirements


@pytest.mark.parametrize("name", ["pyproject.toml", "poetry.lock"])
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda data: b"\xef\xbb\xbf" + data, "begins with a byte order mark"),
        (lambda data: data.decode().encode("utf-16"), "is not UTF-8 text but UTF-16: save it as UTF-8"),
        (lambda data: b"version https://git-lfs.github.com/spec/v1\noid x\n", "is a pointer of Git LFS"),
        (
            lambda data: b"\n<<<<<<< HEAD\n" + data,
            "TOML (a merge left its marks (<<<<<<<) in line 2",
        ),
    ],
    ids=["mark", "utf-16", "lfs", "conflict"],
)
def test_what_is_wrong_with_a_file_is_named(
    write: Write, name: str, spoil: Callable[[bytes], bytes], said: str
) -> None:
    folder = write()
    (folder / name).write_bytes(spoil((folder / name).read_bytes()))
    (problem,) = read_lock(folder).problems
    assert problem.startswith(name)
    assert said in problem


def test_optional_packages_stay_out_and_markers_stay_on(write: Write) -> None:
    names = ("asgiref", "sqlparse")
    both = "{dev = \"os_name == 'a'\", main = \"os_name == 'nt'\"}"
    marked = read_lock(write(names=names, replace=(MARKED[0], MARKED[1] + both)))
    assert not marked.problems
    assert ' ; os_name == "a" or os_name == "nt" \\\n' in marked.requirements
    optional = read_lock(write(names=names, replace=("optional = false", "optional = true")))
    assert set(optional.packages) == {"sqlparse"}


def test_a_group_that_has_no_marker_wants_the_package_everywhere(write: Write) -> None:
    lock = read_lock(write(replace=(MARKED[0], MARKED[1] + "{main = \"os_name == 'nt'\"}")))
    assert not lock.problems
    assert " ; " not in lock.requirements


@pytest.mark.parametrize(("required", "fits"), [(">=3.99", False), ("<3.12", False), (">=3.12", True), ("^3.99", True)])
def test_a_project_for_another_python_says_so(write: Write, required: str, fits: bool) -> None:
    problems = read_lock(write(project=PROJECT.replace(">=3.12", required))).problems
    assert bool(problems) is not fits
    assert fits or f"asks for Python {required}" in problems[0]
