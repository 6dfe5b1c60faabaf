"""The evidence store: the same work is measured once, and nothing that could differ is taken from it."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader.domain.evidence import Evidence, Measurement, Observation
from grader.domain.status import Status
from grader.pipeline import store as stores
from grader.pipeline.job import Job, Measured, Options, decode, encode
from grader.pipeline.store import EvidenceStore, can_be_kept
from tests.report.parts import PROVENANCE

SEEN = Observation("rule::holds", "x.rule", "It holds.", Status.PASSED, duration_s=0.25, public=True)
EVIDENCE = Evidence((SEEN,), sandbox="bubblewrap", isolated=True, unsure=frozenset({("rule::holds", True)}))
MEASURED = Measured(EVIDENCE, PROVENANCE, "full", ("A note.",), ("x.rule",))
KEY = "ab" * 32


def test_what_was_put_is_what_is_got_and_says_so(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path / "evidence")
    assert store.get(KEY) is None
    store.put(KEY, MEASURED)
    assert store.get(KEY) == replace(MEASURED, provenance=replace(PROVENANCE, reused=True))
    assert store.get("cd" * 32) is None
    assert (tmp_path / "evidence" / "ab").stat().st_mode & 0o777 == 0o700
    (entry,) = (tmp_path / "evidence" / "ab").iterdir()
    assert entry.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"\xff", b'{"evidence": {}}', b"[" * 100_000, b"null", encode(MEASURED), encode(MEASURED)[:-20]],
)
def test_an_entry_that_cannot_be_read_counts_as_none(tmp_path: Path, data: bytes) -> None:
    store = EvidenceStore(tmp_path)
    store.put(KEY, MEASURED)
    path = tmp_path / "ab" / f"{KEY}.json"
    path.write_bytes(data)
    assert store.get(KEY) is None
    store.put(KEY, MEASURED)
    assert store.get(KEY) is not None


def test_an_entry_that_was_altered_counts_as_none(tmp_path: Path) -> None:
    """Even where it can still be read: a failure that became a pass, as one flipped byte may."""
    store, path = EvidenceStore(tmp_path), tmp_path / "ab" / f"{KEY}.json"
    store.put(KEY, replace(MEASURED, evidence=replace(EVIDENCE, observations=(replace(SEEN, status=Status.FAILED),))))
    path.write_bytes(path.read_bytes().replace(b'"failed"', b'"passed"'))
    assert store.get(KEY) is None
    assert not path.exists()


def test_an_entry_counts_under_its_own_key_only(tmp_path: Path) -> None:
    store, other = EvidenceStore(tmp_path), "ac" * 32
    store.put(KEY, MEASURED)
    (tmp_path / "ac").mkdir()
    (tmp_path / "ab" / f"{KEY}.json").rename(tmp_path / "ac" / f"{other}.json")
    assert store.get(other) is None


def _open_to_all(path: Path) -> None:
    path.chmod(0o666)


def _of_somebody_else(path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(path, 1000, 1000)
    else:  # only root can give a file away; a link to one of root's is as foreign
        path.unlink()
        path.symlink_to("/etc/passwd")


def _elsewhere(path: Path) -> None:
    path.rename(path.with_suffix(".moved"))
    path.symlink_to(path.with_suffix(".moved"))


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("change", [_open_to_all, _of_somebody_else, _elsewhere, _pipe])
def test_an_entry_that_others_could_have_written_counts_as_none(tmp_path: Path, change: Callable[[Path], None]) -> None:
    """Where the cache lies in a folder that is everybody's."""
    store, path = EvidenceStore(tmp_path), tmp_path / "ab" / f"{KEY}.json"
    store.put(KEY, MEASURED)
    change(path)
    assert store.get(KEY) is None
    store.put(KEY, MEASURED)
    assert store.get(KEY) is not None


def test_what_cannot_be_written_as_json_stops_nothing(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    store.put(KEY, replace(MEASURED, notices=("a name that is no text: \udcff",)))
    assert store.get(KEY) is None


def test_a_store_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = EvidenceStore(tmp_path / "file")
    store.put(KEY, MEASURED)
    assert store.get(KEY) is None


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "MOST_ENTRIES", 3)
    store = EvidenceStore(tmp_path)
    keys = [f"{n:02x}" * 32 for n in range(4)]
    for age, key in enumerate(keys[:3]):
        store.put(key, MEASURED)
        path = tmp_path / key[:2] / f"{key}.json"
        os.utime(path, (1000 + age, 1000 + age))
    assert store.get(keys[0]) is not None  # used now
    store.put(keys[3], MEASURED)
    assert [key for key in keys if store.get(key)] == [keys[0], keys[2], keys[3]]


@pytest.mark.parametrize(
    ("evidence", "kept"),
    [
        (EVIDENCE, True),
        (replace(EVIDENCE, observations=(replace(SEEN, status=Status.FAILED),)), True),
        (replace(EVIDENCE, observations=(SEEN, replace(SEEN, status=Status.ERRORED))), False),
        (replace(EVIDENCE, measurements=(Measurement("m", None, "", Status.ERRORED, "tool"),)), False),
        (replace(EVIDENCE, measurements=(Measurement("m", 1.0, "", Status.PASSED, "tool"),)), True),
        (replace(EVIDENCE, isolated=False), False),
        (replace(EVIDENCE, unlimited=("No limit on memory.",)), False),
        (replace(EVIDENCE, observations=()), False),
    ],
)
def test_only_what_says_the_same_tomorrow_is_kept(evidence: Evidence, kept: bool) -> None:
    assert can_be_kept(evidence) is kept


def test_a_job_is_data(tmp_path: Path) -> None:
    job = Job(tmp_path / "ada", "02-domain-modeling", Options(tmp_path, seed=7, criteria=("x.rule",), lanes=2))
    assert decode(Job, encode(job)) == job
