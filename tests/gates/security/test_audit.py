"""The audit of packages: vulnerable, clean as of a date, not audited."""

import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.course import load_course
from grader.domain.advisories import Advisories
from grader.domain.evidence import Measurement
from grader.domain.status import Status
from grader.gates import measure, subjects
from grader.gates.security.audit import Package, installed, read_records, vulnerabilities
from tests.gates.conftest import spec_of

ROOT = Path(__file__).parents[3]


def record(**affected: Any) -> dict[str, Any]:
    return {"id": "TRACK-9", "affected": [{"package": {"ecosystem": "PyPI", "name": "Some.Package"}, **affected}]}


def spanning(*events: dict[str, str]) -> dict[str, Any]:
    return record(ranges=[{"type": "ECOSYSTEM", "events": list(events)}])


FIXED = spanning({"introduced": "0"}, {"fixed": "1.10"})
TWO_LINES = spanning({"introduced": "3.0"}, {"fixed": "3.0.4"}, {"introduced": "2.0"}, {"fixed": "2.2.9"})
LAST = spanning({"introduced": "1.0"}, {"last_affected": "1.5"})
TABLE: tuple[tuple[str, dict[str, Any], str, bool], ...] = (
    ("before the mending release", FIXED, "1.9", True),
    ("numbers, not texts", FIXED, "1.10", False),
    ("a pre-release of the mending one", FIXED, "1.10rc1", True),
    ("an older line", TWO_LINES, "2.2.8", True),
    ("an older line, mended", TWO_LINES, "2.2.9", False),
    ("a newer line", TWO_LINES, "3.0.3", True),
    ("a newer line, mended", TWO_LINES, "3.0.4", False),
    ("before all", TWO_LINES, "1.11", False),
    ("the last affected one", LAST, "1.5", True),
    ("after the last affected one", LAST, "1.5.1", False),
    ("never mended", spanning({"introduced": "0"}), "99", True),
    ("by its version", record(versions=["1.0", "1.1"]), "1.1.0", True),
    ("by another version", record(versions=["1.0", "1.1"]), "1.2", False),
    ("by commits only", record(ranges=[{"type": "GIT", "events": [{"introduced": "0"}]}]), "1.0", False),
    ("withdrawn", {**FIXED, "withdrawn": "2026-01-01T00:00:00Z"}, "1.0", False),
)


@pytest.mark.parametrize(("name", "advisory", "version", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_a_version_is_affected_or_not(name: str, advisory: dict[str, Any], version: str, expected: bool) -> None:
    found = list(vulnerabilities([Package("some-package", version)], [advisory]))
    assert bool(found) == expected


def test_another_package_or_registry_is_not_meant() -> None:
    other = {"id": "X-1", "affected": [{"package": {"ecosystem": "npm", "name": "some-package"}, "versions": ["1"]}]}
    assert not list(vulnerabilities([Package("some-package", "1")], [other]))
    assert not list(vulnerabilities([Package("other", "1")], [record(versions=["1"])]))


def test_a_finding_names_the_release_that_mends_it() -> None:
    (found,) = vulnerabilities([Package("some-package", "2.1")], [TWO_LINES])
    assert found.remedy == "Raise it to 2.2.9 or later."
    assert (found.rule, str(found.where)) == ("TRACK-9", "poetry.lock")


def _snapshot(folder: Path, records: Iterable[Mapping[str, Any]], *, packed: bool = False) -> Advisories:
    data = "".join(json.dumps(one) + "\n" for one in records).encode()
    path = folder / "advisories"
    path.write_bytes(gzip.compress(data) if packed else data)
    return Advisories(path, "2026-11-01", hashlib.sha256(path.read_bytes()).hexdigest())


def _measured(tmp_path: Path, advisories: Advisories | None, *names: str) -> Measurement:
    deps = tmp_path / "deps"
    for name in names:
        (deps / f"{name}.dist-info").mkdir(parents=True)
    deps.mkdir(exist_ok=True)
    spec = replace(spec_of(tmp_path, tmp_path, deps=deps), advisories=advisories)
    return measure(("security.vulnerable",), subjects(spec, seed=1), progress=lambda step: None)[0]


@pytest.mark.parametrize("packed", [False, True])
def test_vulnerable_packages_are_counted_once(tmp_path: Path, packed: bool) -> None:
    snapshot = _snapshot(tmp_path, [FIXED, {**FIXED, "id": "TRACK-10"}], packed=packed)
    found = _measured(tmp_path, snapshot, "Some_Package-1.9", "other-1.0")
    assert (found.value, len(found.findings), found.source) == (1, 2, "advisories as of 2026-11-01")


def test_control_a_mended_package_is_clean_as_of_the_date(tmp_path: Path) -> None:
    found = _measured(tmp_path, _snapshot(tmp_path, [FIXED]), "Some_Package-1.10")
    assert (found.status, found.value, found.source) == (Status.PASSED, 0, "advisories as of 2026-11-01")


def test_what_a_service_knows_beside_the_snapshot_changes_no_number(tmp_path: Path) -> None:
    silent = replace(_snapshot(tmp_path, [FIXED]), live="http://127.0.0.1:9/")
    found = _measured(tmp_path, silent, "Some_Package-1.10")
    assert (found.status, found.value, [f.rule for f in found.findings]) == (Status.PASSED, 0, ["advisories.live"])


def test_what_was_not_audited_is_never_clean(tmp_path: Path) -> None:
    good = _snapshot(tmp_path, [FIXED])
    for advisories in (None, replace(good, path=tmp_path / "gone"), replace(good, sha256="0" * 64)):
        found = _measured(tmp_path, advisories, "x-1")
        assert (found.status, found.value) == (Status.ERRORED, None)
        assert "grader advisories pull" in found.fault
        (tmp_path / "deps/x-1.dist-info").rmdir()


def test_a_snapshot_that_is_none_audits_nothing(tmp_path: Path) -> None:
    path = tmp_path / "advisories"
    path.write_text("[]\n")
    named = Advisories(path, "2026-11-01", hashlib.sha256(path.read_bytes()).hexdigest())
    assert _measured(tmp_path, named, "x-1").status is Status.ERRORED


def test_without_packages_there_is_nothing_to_audit(tmp_path: Path) -> None:
    assert _measured(tmp_path, _snapshot(tmp_path, [FIXED])).status is Status.NOT_APPLICABLE


def test_the_snapshot_of_this_repository_is_made_up_and_says_so(tmp_path: Path) -> None:
    advisories = load_course(ROOT).advisories
    assert advisories is not None
    assert advisories.made_up
    assert _measured(tmp_path, advisories, "gunicorn-23.0").source.endswith("made up for proofs")
    assert list(vulnerabilities([Package("gunicorn", "19.9.0")], read_records(advisories)))


def test_installed_packages_are_read_from_the_installers_record(tmp_path: Path) -> None:
    for name in ("Django-5.2.dist-info", "zope.interface-7.0.dist-info", "not_one", "x.egg-info"):
        (tmp_path / name).mkdir()
    assert installed(tmp_path) == (Package("django", "5.2"), Package("zope-interface", "7.0"))
