"""A bundle from a stranger: what is not as it was written is refused with a sentence, and nothing leaves its folder."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.appeal.read import Appeal, read_bundle
from grader.domain.errors import UsageError_
from tests.appeal.samples import appealed, committed, lying_about, members, packed, twice

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A bundle as it is written."""
    folder = tmp_path_factory.mktemp("good")
    return appealed(committed(folder / "blog"), folder / "room")


def read(content: bytes, folder: Path) -> Appeal:
    (folder / "appeal.zip").write_bytes(content)
    (folder / "room").mkdir()
    return read_bundle(folder / "appeal.zip", folder / "room")


def test_what_was_written_is_read(good: bytes, tmp_path: Path) -> None:
    found = read(good, tmp_path)
    assert found.claim.argument == "The brief does not ask for it."
    assert found.work.tree_hash == found.claim.tree_hash
    assert (found.work.root / "manage.py").stat().st_mode & 0o100
    assert len(found.id) == 12
    (tmp_path / "again").mkdir()
    assert read(packed(members(good)), tmp_path / "again").claim == found.claim


def claiming(**changes: Any) -> Callable[[Files], Files]:
    """With these keys of the manifest otherwise."""

    def change(files: Files) -> Files:
        claim = json.loads(files["appeal.json"])
        for name, value in changes.items():
            place, _, key = name.rpartition("__")
            (claim[place] if place else claim)[key] = value
        return files | {"appeal.json": json.dumps(claim).encode()}

    return change


def with_file(name: str, data: bytes = b"x") -> Callable[[Files], Files]:
    return lambda files: files | {name: data}


def without(start: str) -> Callable[[Files], Files]:
    return lambda files: {name: data for name, data in files.items() if not name.startswith(start)}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without("appeal.json"), "there is no appeal.json"),
        (without("project/"), "there is no project/"),
        (with_file("../evil.py"), "evil.py does not belong in it"),
        (with_file("/etc/evil"), "evil does not belong in it"),
        (with_file("project/../../evil"), "leads out of the project"),
        (with_file("project/a\x01b"), "control characters"),
        (with_file("project/a\x1b[2Jb"), "control characters"),
        (with_file("project/a\nb"), "control characters"),
        (with_file("project/\u202egnp.py"), "control characters"),
        (with_file("project/src\\..\\..\\evil"), "backslash"),
        (with_file("project//etc/passwd"), "are not those of the tree"),
        (with_file("project/" + "x" * 300), "longer than 255 bytes"),
        (with_file("project/MANAGE.PY", b"other"), "is not as it was written"),
        (with_file("project/manage.py/x"), ""),
        (with_file("project"), "does not belong in it"),
        (with_file("PROJECT/manage.py"), "only appeal.json and project/ do"),
        (with_file("appeal.json/x"), "only appeal.json and project/ do"),
        (with_file("project/appeal.json", b"{}"), "are not those of the tree"),
        (with_file("run.sh"), "only appeal.json and project/ do"),
        (with_file("project/.env"), "holds what no submission has (.env)"),
        (with_file("project/.git/config"), "holds what no submission has"),
        (with_file("project/src/more.py"), "are not those of the tree that it names"),
        (with_file("project/manage.py", b"other"), "are not those of the tree that it names"),
        (with_file("project/zeros.bin", bytes(30 << 20)), "holds what no submission has (zeros.bin)"),
        (with_file("appeal.json", b"{" * 100_000), "appeal.json is no JSON"),
        (with_file("appeal.json", b" " * (3 << 20)), "appeal.json is too large"),
        (with_file("appeal.json", b" " * (32 << 20)), "appeal.json is too large"),
        (with_file("appeal.json", b"[" * 5_000 + b"]" * 5_000), "appeal.json"),
        (with_file("appeal.json", b'{"schema": "x", "schema": "y"}'), "appeal.json"),
        (with_file("appeal.json", b'"\xff"'), "appeal.json"),
        (with_file("appeal.json", b"[]"), "appeal.json: "),
        (claiming(schema="django-track/appeal/v9"), "schema"),
        (claiming(more="x"), "unknown field"),
        (claiming(says="wrongly graded"), "says"),
        (claiming(criterion="domain.one; rm -rf /"), "criterion"),
        (claiming(assignment="../../etc"), "assignment"),
        (claiming(commit="HEAD"), "commit"),
        (claiming(tree_hash="a" * 64), "are not those of the tree that it names"),
        (claiming(argument="x" * 17_000), "argument"),
        (claiming(argument=""), "argument"),
        (claiming(run__seed=-1), "seed"),
        (claiming(run__seed=True), "seed"),
        (claiming(run__seed=10**30), "seed"),
        (claiming(run__seed=7.5), "seed"),
        (claiming(run__seed="7"), "seed"),
        (claiming(run__scope="hidden"), "scope"),
        (claiming(run__official="yes"), "official"),
        (claiming(title="x" * 500), "title"),
        (claiming(argument=["x"]), "argument"),
        (claiming(criterion="domain.one\n"), "criterion"),
        (claiming(left_out=["x"] * 101), "left_out"),
        (claiming(cases=[{"check": "x", "sentence": "x", "status": "failed"}] * 51), "cases"),
        (claiming(cases=[{"check": "x", "sentence": "x", "status": "glorious"}]), "cases"),
        (claiming(cases=[{"check": "x", "sentence": "x" * 9_000, "status": "failed"}]), "cases"),
    ],
)
def test_what_was_changed_is_refused(good: bytes, change: Callable[[Files], Files], said: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(UsageError_) as told:
        read(packed(change(members(good))), tmp_path / "in")
    assert said in told.value.message
    assert "\n" not in told.value.message
    assert told.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


@pytest.fixture(scope="module", params=["appeal.json", "project/manage.py"])
def bomb(good: bytes, request: pytest.FixtureRequest) -> tuple[str, bytes]:
    """A file of it that is much larger than what is read of it, and which that is."""
    return request.param, packed(members(good) | {request.param: bytes(64 << 20)})


@pytest.mark.parametrize("size", [1, 0xFFFFFFF0])
def test_what_lies_about_its_size_is_refused(bomb: tuple[str, bytes], size: int, tmp_path: Path) -> None:
    name, content = bomb
    with pytest.raises(UsageError_) as told:
        read(lying_about(name, size, content), tmp_path)
    assert told.value.hint
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 30 << 20


def test_many_files_are_refused(good: bytes, tmp_path: Path) -> None:
    many = {f"project/src/{number}.py": b"" for number in range(12_000)}
    with pytest.raises(UsageError_, match="files"):
        read(packed(members(good) | many), tmp_path)


@pytest.mark.parametrize("name", ["appeal.json", "project/manage.py"])
def test_of_a_name_that_is_there_twice_one_counts_everywhere(good: bytes, name: str, tmp_path: Path) -> None:
    """The later one, as when it is unpacked: the tree and the claim are of that, or the whole is refused."""
    files = members(good)
    own = files.pop(name)
    assert read(twice(name, b"{}", own, files), tmp_path).claim.argument == "The brief does not ask for it."
    (tmp_path / "in").mkdir()
    with pytest.raises(UsageError_):
        read(twice(name, own, b"{}", files), tmp_path / "in")


@pytest.mark.parametrize("kind", [stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_what_says_that_it_is_a_device_is_a_plain_file(good: bytes, kind: int, tmp_path: Path) -> None:
    """It has contents, so it is read as what it has; nothing but files and folders is made of it."""
    with pytest.raises(UsageError_, match="are not those of the tree"):
        read(packed(members(good) | {"project/more": b"x"}, modes={"project/more": kind | 0o666}), tmp_path)
    assert all(path.is_file() or path.is_dir() for path in tmp_path.rglob("*"))


def test_a_link_is_refused(good: bytes, tmp_path: Path) -> None:
    files = members(good) | {"project/link": b"/etc/passwd"}
    with pytest.raises(UsageError_, match="symbolic link"):
        read(packed(files, modes={"project/link": 0o120777}), tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x03\x04" + bytes(400), b"\x1f\x8b" + bytes(99), b"{}"])
def test_what_is_no_bundle_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(UsageError_):
        read(content, tmp_path)


def test_what_is_no_file_is_refused(good: bytes, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "real.zip").write_bytes(good)
    (tmp_path / "link.zip").symlink_to("real.zip")
    for number, name in enumerate(("none.zip", "pipe", "link.zip", ".")):
        (tmp_path / f"room{number}").mkdir()
        with pytest.raises(UsageError_, match=r"cannot be read|is no file"):
            read_bundle(tmp_path / name, tmp_path / f"room{number}")
