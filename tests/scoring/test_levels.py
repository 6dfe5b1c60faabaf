"""Levels of the rubric: each rests on its evidence, and on nothing that was not measured."""

from dataclasses import replace

import pytest

from grader.domain.course import Dimension, Level, ReviewItem
from grader.domain.result import CriterionResult
from grader.domain.rubric import Descriptor, DimensionRubric, Rubric
from grader.domain.status import Status
from grader.scoring import judge_levels

STYLE = ReviewItem("review.style", "It is formatted", "Look at it.", Dimension.DOCUMENTATION)
LOOK = ReviewItem("review.look", "It looks well", "Look at it.", Dimension.DOCUMENTATION)
MEETS = (Descriptor("README", ("docs.readme",)), Descriptor("Schema", ("docs.schema",), review=(STYLE,)))
EXCEEDS = (Descriptor("ADRs", ("docs.decisions",)), Descriptor("Diagrams", ("docs.diagram",), review=(LOOK,)))
DOCUMENTATION = DimensionRubric(Dimension.DOCUMENTATION, "Documentation", ("Nothing",), MEETS, EXCEEDS)
RUBRIC = Rubric((DOCUMENTATION,), ())
ALL = RUBRIC.evidence


def verdict(name: str, status: Status = Status.PASSED) -> CriterionResult:
    return CriterionResult(name, f"Title of {name}", status, 0, 0, 1, Dimension.DOCUMENTATION, "", (), (), ())


def of(rubric: Rubric = RUBRIC, **statuses: Status) -> tuple[Level, tuple[str, ...], tuple[str, ...]]:
    """Level, what is missing and what is pending, where all passes but these (by the end of their ids)."""
    given = {name: statuses.get(name.partition(".")[2], Status.PASSED) for name in ALL}
    (found,) = judge_levels(rubric, {name: verdict(name, status) for name, status in given.items()})
    return found.level, found.missing, found.pending


def test_all_of_the_evidence_is_the_highest_level() -> None:
    level, missing, pending = of()
    assert (level, missing) == (Level.EXCEEDS, ())
    assert pending == ("It is formatted (review.style)", "It looks well (review.look)")


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.PASSED])
@pytest.mark.parametrize(
    ("name", "level", "missing"),
    [
        ("readme", Level.NEEDS_IMPROVEMENT, "README"),
        ("schema", Level.NEEDS_IMPROVEMENT, "Schema"),
        ("decisions", Level.MEETS, "ADRs"),
        ("diagram", Level.MEETS, "Diagrams"),
    ],
)
def test_a_level_drops_by_each_of_its_evidence(name: str, level: Level, missing: str, status: Status) -> None:
    """Whether it failed, was blocked or could not be measured: only what is proved counts."""
    found, sentences, _ = of(**{name: status})
    assert found is level
    assert len(sentences) == 1
    assert sentences[0].startswith(f"{missing}: “Title of docs.{name}” ")


def test_what_is_missing_is_told_of_the_next_level_alone() -> None:
    _, missing, pending = of(readme=Status.FAILED, decisions=Status.FAILED)
    assert [sentence.partition(":")[0] for sentence in missing] == ["README"]
    assert pending == ()


def test_what_was_not_looked_at_is_not_proved() -> None:
    (found,) = judge_levels(RUBRIC, {name: verdict(name) for name in ALL if name != "docs.diagram"})
    assert (found.level, found.missing) == (Level.MEETS, ("Diagrams: docs.diagram was not looked at",))


def test_what_nothing_measures_is_reached_by_nobody() -> None:
    chaos = Descriptor("Chaos scripts", (), not_measured="they are not run yet")
    rubric = replace(RUBRIC, dimensions=(replace(DOCUMENTATION, exceeds=(*EXCEEDS, chaos)),))
    assert of(rubric)[:2] == (Level.MEETS, ("Chaos scripts: they are not run yet",))


def test_a_person_who_has_judged_is_not_waited_for() -> None:
    given = {name: verdict(name) for name in (*ALL, "review.style")}
    (found,) = judge_levels(RUBRIC, given)
    assert found.pending == ("It looks well (review.look)",)
