"""What changed since the last run, and only of the same work measured in the same way."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from grader.domain.result import Result
from grader.report import REPORTS, terminal
from grader.report.since import sentences, with_changes
from tests.report.gate_samples import gated
from tests.report.samples.graded import full_marks, mixed
from tests.report.samples.ungraded import practice, ungraded

HEAD = "Since the last run (2026-11-20 09:30:00 UTC, 68 of 100 points)"


def test_what_passes_now_is_named() -> None:
    (said,) = sentences(with_changes(full_marks(), mixed()))
    assert said.startswith(f"{HEAD}, 3 pass now: Two posts may share a title")


def test_what_fails_now_is_named_and_what_waits_counts() -> None:
    (said,) = sentences(with_changes(mixed(), full_marks()))
    assert ", 3 fail now: " in said
    assert "Two saves at once both succeed" in said


def test_nothing_new_is_said_to_be_so() -> None:
    assert sentences(with_changes(mixed(), mixed())) == (f"{HEAD} the same criteria pass.",)


@pytest.mark.parametrize("other", ["another submission", "another scope", "an ungraded one", "none"])
def test_nothing_is_compared_with_anything_else(other: str) -> None:
    foreign = replace(mixed(), provenance=replace(mixed().provenance, submission="grace/blog"))
    found = {"another submission": foreign, "another scope": practice(), "an ungraded one": ungraded(), "none": None}
    assert sentences(with_changes(full_marks(), found[other])) == ()


def test_of_a_run_that_looked_at_a_part_only_that_part_is_compared() -> None:
    part = mixed().criteria[:2]
    score, worth = sum(c.score for c in part), sum(c.max_score for c in part)
    earlier = replace(mixed(), criteria=part, gates=(), score=score, max_score=worth)
    for now in (mixed(), full_marks()):
        (said,) = sentences(with_changes(now, earlier))
        assert f"{score} of {worth} points of what both looked at)" in said
    (said,) = sentences(with_changes(earlier, full_marks()))
    assert f"{worth} of {worth} points)" in said
    assert sentences(with_changes(replace(mixed(), criteria=mixed().criteria[2:]), earlier)) == ()


# The interfaces of Exercism and Classroom 50 have no place for it.
@pytest.mark.parametrize("name", [name for name in REPORTS if name not in ("exercism", "classroom50")])
def test_it_is_in_every_report(name: str) -> None:
    text = REPORTS[name].render(with_changes(full_marks(), mixed()))
    assert ("newly_passing" if name == "json" else "pass now") in text
    assert ("newly_passing" if name == "json" else "pass now") not in REPORTS[name].render(full_marks()).replace(
        '"newly_passing": []', ""
    )


@pytest.mark.parametrize("name", ["html", "markdown", "terminal"])
def test_what_a_gate_read_before_stands_beside_what_it_reads_now(name: str) -> None:
    now = gated()
    gate = next(gate for gate in now.gates if gate.actual is not None)
    earlier = replace(now, gates=tuple(replace(g, actual=12.0) if g is gate else g for g in now.gates))
    told = f"12 {gate.unit} in the last run"
    for result, is_told in ((with_changes(now, earlier), True), (with_changes(now, now), False)):
        text = printed(result) if name == "terminal" else REPORTS[name].render(result)
        assert (told in text.replace("\u00a0", " ")) is is_told


def printed(result: Result) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(terminal(result))
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_a_long_list_is_cut() -> None:
    result = with_changes(full_marks(), mixed())
    assert result.changes is not None
    many = replace(result.changes, newly_passing=tuple(f"Title {n}" for n in range(30)))
    (said,) = sentences(replace(result, changes=many))
    assert said.endswith("Title 8; Title 9; and 20 more.")
