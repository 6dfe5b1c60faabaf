"""The store keeps whole files by name, wherever fsspec can keep them, and says so if it cannot."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from grader.classroom.distributed.store import Store, StoreError, Tampered, without_password
from grader.domain.errors import UsageError_


@pytest.fixture(params=["folder", "file url", "not local"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A folder, and a file system that is none of this machine's: the same driver that buckets are reached by."""
    addresses = {"folder": str(tmp_path / "store"), "file url": f"file://{tmp_path}/store"}
    address = addresses.get(request.param, f"memory://{tmp_path.name}/store")
    yield Store(address)
    fsspec.filesystem("memory").store.clear()


def test_what_is_put_is_there(store: Store, tmp_path: Path) -> None:
    store.check()
    assert store.get("tasks/a/sent", 10) is None
    assert store.names("tasks") == frozenset()
    store.put("tasks/a/sent", b"one")
    store.put("tasks/a/sent", b"two")
    store.put("tasks/b/begun-1", b"")
    (tmp_path / "large").write_bytes(b"x" * 3_000_000)
    store.put_file("blobs/c", tmp_path / "large")
    assert store.get("tasks/a/sent", 10) == b"two"
    assert store.names("tasks") == {"tasks/a/sent", "tasks/b/begun-1"}
    assert store.names("blobs") == {"blobs/c"}
    store.remove(["tasks/a/sent", "tasks/a/gone"])
    store.remove_below("tasks/b")
    store.remove_below("tasks/never")
    assert store.names("tasks") == frozenset()


def test_what_is_larger_than_it_may_be_is_not_read(store: Store) -> None:
    store.put("a", b"12345")
    assert store.get("a", 5) == b"12345"
    with pytest.raises(Tampered):
        store.get("a", 4)


def test_a_blob_is_what_its_name_says(store: Store, tmp_path: Path) -> None:
    digest = hashlib.sha256(b"work").hexdigest()
    assert store.fetch(digest, digest, tmp_path / "got", 100) is False
    store.put(digest, b"work")
    assert store.fetch(digest, digest, tmp_path / "got", 100) is True
    assert (tmp_path / "got").read_bytes() == b"work"
    store.put(digest, b"other work")
    with pytest.raises(Tampered):
        store.fetch(digest, digest, tmp_path / "got", 100)
    store.put(digest, b"x" * 5_000_000)
    with pytest.raises(Tampered):
        store.fetch(digest, digest, tmp_path / "got", 10)
    assert (tmp_path / "got").stat().st_size <= 1 << 20


def test_nobody_sees_a_half(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    store.put("a/b", b"one")
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["b"]
    with pytest.raises(StoreError):
        store.put_file("a/b", tmp_path / "gone")
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["b"]


def test_a_store_that_refuses_says_which_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"the store .*file.* cannot be written to: .*"):
        Store(str(tmp_path / "file")).check()


@pytest.mark.parametrize("address", ["nothing://bucket", "s3://bucket/class"])
def test_an_address_that_is_none_here(address: str) -> None:
    with pytest.raises(UsageError_, match="there is no store at"):
        Store(address)


def test_a_password_is_not_shown() -> None:
    assert without_password("s3://key:secret@host/bucket/a?token=1") == "s3://host/bucket/a"
    assert without_password("/mnt/class") == "/mnt/class"


def test_what_is_written_is_for_the_group_of_the_store_and_nobody_else(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    os.chown(tmp_path / "store", -1, os.getgid())
    (tmp_path / "store").chmod(0o2770)
    Store(str(tmp_path / "store")).put("a/b/c", b"")
    modes = {name: (tmp_path / "store" / name).stat().st_mode & 0o7777 for name in ("a", "a/b", "a/b/c")}
    assert modes == {"a": 0o2770, "a/b": 0o2770, "a/b/c": 0o660}
