"""A lock read before is not read again, and is read again as soon as anything about it changed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.environment import Lock, kept, read_lock
from grader.environment.kept import kept_lock

Write = Callable[..., Path]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders whose lock was really read, in order."""
    folders: list[Path] = []

    def reader(folder: Path) -> Lock:
        folders.append(folder)
        return read_lock(folder)

    monkeypatch.setattr(kept, "_read", reader)
    return folders


def test_the_same_lock_is_read_once(write: Write, tmp_path: Path, read: list[Path]) -> None:
    folder = write()
    first, second = kept_lock(folder, tmp_path / "kept"), kept_lock(folder, tmp_path / "kept")
    assert first == second == read_lock(folder)
    assert not first.problems
    assert read == [folder]
    assert len(list((tmp_path / "kept").iterdir())) == 1


@pytest.mark.parametrize("name", ["pyproject.toml", "poetry.lock"])
def test_a_change_of_either_file_is_seen(write: Write, tmp_path: Path, read: list[Path], name: str) -> None:
    folder = write()
    kept_lock(folder, tmp_path / "kept")
    with (folder / name).open("a") as file:
        file.write("# changed\n")
    kept_lock(folder, tmp_path / "kept")
    assert len(read) == 2


@pytest.mark.parametrize("changed", ["reader", "python", "packaging"])
def test_a_change_of_what_reads_it_is_seen(
    write: Write, tmp_path: Path, read: list[Path], monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    kept_lock(write(), tmp_path / "kept")
    if changed == "reader":
        (tmp_path / "lock.py").write_text("")
        monkeypatch.setattr(kept, "_READERS", (tmp_path / "lock.py",))
    elif changed == "python":
        monkeypatch.setattr(kept.platform, "python_version", lambda: "3.99.0")
    else:
        monkeypatch.setattr(kept.packaging, "__version__", "99")
    kept_lock(write(), tmp_path / "kept")
    assert len(read) == 2


def test_what_is_wrong_is_found_anew(write: Write, tmp_path: Path, read: list[Path]) -> None:
    folder = write(replace=('content-hash = "', 'content-hash = "0'))
    first, second = kept_lock(folder, tmp_path / "kept"), kept_lock(folder, tmp_path / "kept")
    assert first.problems == second.problems != ()
    assert read == [folder, folder]
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize("name", ["pyproject.toml", "poetry.lock"])
def test_a_missing_file_is_reported_as_ever(write: Write, tmp_path: Path, name: str) -> None:
    folder = write()
    kept_lock(folder, tmp_path / "kept")
    (folder / name).unlink()
    assert f"{name} is missing" in kept_lock(folder, tmp_path / "kept").problems[0]


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff\n\xff", b"half"])
def test_a_damaged_file_is_replaced(write: Write, tmp_path: Path, read: list[Path], damage: bytes) -> None:
    folder = write()
    whole = kept_lock(folder, tmp_path / "kept")
    (place,) = (tmp_path / "kept").iterdir()
    written = place.read_bytes()
    place.write_bytes(written[: len(written) // 2] if damage == b"half" else damage)
    assert kept_lock(folder, tmp_path / "kept") == whole
    assert (len(read), place.read_bytes()) == (2, written)


def test_a_changed_letter_counts_as_damage(write: Write, tmp_path: Path, read: list[Path]) -> None:
    folder = write()
    whole = kept_lock(folder, tmp_path / "kept")
    (place,) = (tmp_path / "kept").iterdir()
    place.write_bytes(place.read_bytes().replace(b"asgiref==", b"asgiraf=="))
    assert kept_lock(folder, tmp_path / "kept") == whole
    assert len(read) == 2


def test_where_nothing_can_be_kept_the_lock_is_read(write: Write, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file")
    assert kept_lock(write(), tmp_path / "kept") == read_lock(write())
