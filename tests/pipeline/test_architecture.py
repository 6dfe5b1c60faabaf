"""The part of the capstone that reads: kept under a key of its own, and read again only for a reason."""

from dataclasses import replace
from pathlib import Path

import pytest

from grader.architecture import measure as measuring
from grader.architecture.metrics import METRICS
from grader.domain.course import Gate
from grader.domain.errors import EnvironmentError_
from grader.domain.layout import Layout
from grader.domain.status import Status
from grader.intake import take_in
from grader.pipeline import architecture
from grader.pipeline.architecture import architecture_key, grade_architecture
from grader.pipeline.job import Options
from grader.pipeline.store import EvidenceStore
from tests.architecture.trees import BASE, write

GATES = tuple(Gate(metric, metric, metric, "=", 0, unit) for metric, unit in METRICS.items())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path / "shop", BASE)
    return tmp_path / "shop"


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    return EvidenceStore(tmp_path / "evidence")


def graded(project: Path, store: EvidenceStore, gates: tuple[Gate, ...] = GATES, **options: object):  # type: ignore[no-untyped-def]
    given = replace(Options(project.parent / "state", drawn=7), **options)  # type: ignore[arg-type]
    return grade_architecture(project, gates, given, progress=lambda step: None, store=store)


def test_it_is_judged_by_the_gates_of_the_rubric(project: Path, store: EvidenceStore) -> None:
    result = graded(project, store)
    assert {gate.id: gate.status for gate in result.gates} == {
        "architecture.cycles": Status.PASSED,
        "architecture.layers": Status.PASSED,
        "architecture.fat-views": Status.PASSED,
        "architecture.duplication": Status.PASSED,
        "architecture.inversion": Status.NOT_APPLICABLE,
    }
    assert (result.scope, result.provenance.official, result.provenance.seed) == ("full", True, 7)
    assert result.provenance.tree_hash


def test_what_has_not_changed_is_not_read_again(
    project: Path, store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = graded(project, store)
    monkeypatch.setattr(architecture, "measure", lambda *_: pytest.fail("it was read again"))
    again = graded(project, store, seed=3, database="sqlite", gates=(replace(GATES[0], threshold=5),))
    assert again.provenance.reused
    assert again.gates[0].actual == first.gates[0].actual
    assert again.gates[0].threshold == 5
    (project / "posts/new.py").write_text("x = 1\n")
    with pytest.raises(pytest.fail.Exception):
        graded(project, store)
    (project / "posts/new.py").unlink()
    with pytest.raises(pytest.fail.Exception):
        graded(project, store, fresh=True)


def test_the_key_is_of_all_that_can_change_what_is_read(project: Path, tmp_path: Path) -> None:
    submission = take_in(project, into=tmp_path / "copy")
    keys = {
        architecture_key(submission, Layout()),
        architecture_key(submission, Layout(sources=("code",))),
        architecture_key(replace(submission, tree_hash="u" * 64), Layout()),
    }
    assert len(keys) == 3
    assert architecture_key(replace(submission, source="eve", commit="c" * 40), Layout()) in keys


def test_where_its_parts_are_its_own_file_says(project: Path, store: EvidenceStore) -> None:
    (project / "posts/views.py").rename(project / "posts/pages.py")
    write(project, {"old/posts/views.py": "def f(:\n", "track.toml": '[layout]\nsources = ["posts", "accounts"]\n'})
    assert Status.FAILED not in [gate.status for gate in graded(project, store).gates]
    (project / "track.toml").unlink()
    assert {gate.status for gate in graded(project, store).gates} == {Status.FAILED}


@pytest.mark.parametrize("fault", [EnvironmentError_("no process", "x"), ValueError("x")])
def test_a_fault_of_ours_is_errored_and_not_kept(
    fault: Exception, project: Path, store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise fault

    with monkeypatch.context() as patched:
        patched.setattr(measuring, "read_project", fails)
        result = graded(project, store)
    assert {gate.status for gate in result.gates} == {Status.ERRORED}
    assert all(gate.fault for gate in result.gates)
    assert Status.ERRORED not in [gate.status for gate in graded(project, store).gates]
