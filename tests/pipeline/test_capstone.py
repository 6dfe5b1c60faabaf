"""The capstone: what several assignments measured of one submission is one result, whose score is its levels."""

from dataclasses import replace
from pathlib import Path

import pytest

from grader.cli.assign import is_capstone
from grader.cli.options import only_evidence
from grader.course import assign_capstone, load_course
from grader.domain.course import CAPSTONE, Dimension, Gate, Level, Module, ReviewItem
from grader.domain.errors import UsageError_
from grader.domain.evidence import Evidence, Measurement, Observation
from grader.domain.result import ONLY_SOME, Result
from grader.domain.rubric import Descriptor, DimensionRubric, Rubric
from grader.domain.status import Status
from grader.pipeline.assignment import Assignment
from grader.pipeline.capstone import Capstone, Part, judged, looked_at
from grader.report.verdict_words import verdict
from grader.scoring import score
from tests.report.parts import PROVENANCE, criterion

ROOT = Path(__file__).parents[2]
TOKENS = Module(4, CAPSTONE, "Security", 80, (criterion("tokens.reuse", "Reuse", 60, 1), criterion("x.y", "Y", 40, 1)))
STYLE = Gate("style.ruff", "Ruff finds nothing", "style.ruff", "=", 0, "findings")
GATES = Module(0, CAPSTONE, "Capstone", 1, (), (STYLE,))
REVIEW = ReviewItem("review.style", "It is formatted", "Look at it.", Dimension.ARCHITECTURE)
RUBRIC = Rubric(
    (
        DimensionRubric(
            Dimension.SECURITY,
            "Security",
            ("Plain sessions",),
            (Descriptor("Rotation", ("tokens.reuse",)),),
            (Descriptor("Style as well", ("style.ruff",), review=(REVIEW,)),),
        ),
        DimensionRubric(
            Dimension.DELIVERY,
            "Delivery",
            ("None",),
            (Descriptor("Style", ("style.ruff",)),),
            (Descriptor("Rollback", (), not_measured="it is not measured yet"),),
        ),
    ),
    (STYLE,),
)


def tokens(status: Status = Status.PASSED, scope: str = "full", **provenance: object) -> Result:
    """Of a module, as the capstone asks it: for the criterion that the rubric names."""
    seen = Observation("tokens::reuse", "tokens.reuse", "It ends.", status)
    where = replace(PROVENANCE, official=False, unofficial_because=(ONLY_SOME,), duration_s=40.0)
    return score(
        TOKENS,
        Evidence((seen,), isolated=True),
        replace(where, **provenance),  # type: ignore[arg-type]
        scope=scope,
        notices=("A note.",),
        criteria=("tokens.reuse",),
    )


def style(value: float | None = 0.0, status: Status = Status.PASSED) -> Result:
    """Of the gates alone."""
    measured = Measurement("style.ruff", value, "findings", status, "ruff")
    found = Evidence((), isolated=True, measurements=(measured,))
    return score(GATES, found, replace(PROVENANCE, duration_s=2.5), scope="full", notices=("A note.",))


def levels(result: Result) -> list[Level]:
    return [found.level for found in result.levels]


def test_levels_are_the_score() -> None:
    result = judged(RUBRIC, [tokens(), style()])
    assert levels(result) == [Level.EXCEEDS, Level.MEETS]
    assert (result.assignment, result.score, result.pass_score, result.max_score) == (CAPSTONE, 3, 2, 4)
    assert (result.graded, result.met, result.scope) == (True, True, "full")
    assert result.levels[0].pending == ("It is formatted (review.style)",)
    assert [(c.id, c.score, c.max_score) for c in result.criteria] == [("tokens.reuse", 0, 0)]
    assert result.unmeasured == ()
    assert result.notices == ("A note.",)


def test_one_dimension_below_what_is_asked_is_not_met() -> None:
    result = judged(RUBRIC, [tokens(Status.FAILED), style()])
    assert levels(result) == [Level.NEEDS_IMPROVEMENT, Level.MEETS]
    assert (result.graded, result.met) == (True, False)


def test_what_could_not_be_measured_is_no_grade() -> None:
    """Neither a level that was not proved, nor a bar that was missed."""
    result = judged(RUBRIC, [tokens(), style(None, Status.ERRORED)])
    assert (result.graded, result.met) == (False, False)
    assert levels(result) == [Level.MEETS, Level.NEEDS_IMPROVEMENT]
    assert "could not be measured, through no fault of the submission" in result.levels[1].missing[0]


def test_it_is_as_official_as_its_parts_but_for_being_parts() -> None:
    result = judged(RUBRIC, [tokens(), style()])
    assert (result.provenance.official, result.provenance.duration_s) == (True, 42.5)
    result = judged(RUBRIC, [tokens(unofficial_because=("The sandbox does not isolate.", ONLY_SOME)), style()])
    assert (result.provenance.official, result.provenance.unofficial_because) == (
        False,
        ("The sandbox does not isolate.",),
    )
    assert judged(RUBRIC, [tokens(scope="public"), style()]).met is False


def test_the_course_asks_modules_for_what_its_rubric_names(tmp_path: Path) -> None:
    course = load_course(ROOT)
    capstone = assign_capstone(course, tmp_path)
    asked = {name for part in capstone.parts for name in part.criteria or ()}
    measured = {gate.metric for part in capstone.parts for gate in part.assignment.module.gates}
    read = {gate.metric for gate in capstone.rubric.architecture}
    assert set(capstone.rubric.evidence) <= asked | measured | read
    assert not read & measured
    assert all((part.criteria is None) == (part.assignment.public is None) for part in capstone.parts)
    assert all(part.assignment.control is not None for part in capstone.parts)
    assert [path for part in capstone.parts for path in part.assignment.checks(public_only=False)] != []


@pytest.mark.parametrize(
    ("folder", "settings", "named", "expected"),
    [
        ("capstone/reference", "", None, True),
        ("capstone/modules/03-api/starter", "", None, False),
        ("mine", 'module = "capstone"\n', None, True),
        ("mine", "module = 3\n", None, False),
        ("mine", "", "capstone", True),
        ("capstone", "", 3, False),
    ],
)
def test_when_the_capstone_is_meant(
    folder: str, settings: str, named: int | str | None, expected: bool, tmp_path: Path
) -> None:
    project = tmp_path / folder
    project.mkdir(parents=True)
    if settings:
        (project / "track.toml").write_text(settings)
    assert is_capstone(project, None, named) is expected


def parts() -> Capstone:
    """A capstone of two parts, as ``tokens`` and ``style`` have measured it."""
    first = Assignment(TOKENS, ROOT, None, ROOT)
    return Capstone(RUBRIC, (Part(first, ("tokens.reuse", "x.y")), Part(first, None)))


def test_criteria_that_were_asked_for_are_practice_and_prove_no_level() -> None:
    asked = parts().restricted_to(("tokens.reuse",))
    result = looked_at(asked, [tokens()])
    assert (result.levels, result.gates, result.met, result.graded) == ((), (), False, True)
    assert (result.score, result.max_score) == (1, 1)
    assert ONLY_SOME in result.provenance.unofficial_because
    assert not result.provenance.official
    assert [u.id for u in result.unmeasured] == ["x.y"]
    said = verdict(result)
    assert (said.kind, said.headline) == ("practice", "All criteria that were asked for pass")


def test_a_criterion_that_fails_when_it_is_asked_for_is_still_open() -> None:
    result = looked_at(parts().restricted_to(("tokens.reuse",)), [tokens(Status.FAILED)])
    assert (result.score, result.graded) == (0, True)
    assert verdict(result).headline == "1 criterion is still open"


def test_what_a_criterion_requires_is_asked_for_with_it() -> None:
    needs = replace(TOKENS, criteria=(replace(TOKENS.criteria[0], requires=("x.y",)), TOKENS.criteria[1]))
    capstone = Capstone(RUBRIC, (Part(Assignment(needs, ROOT, None, ROOT), ("tokens.reuse", "x.y")),))
    assert capstone.restricted_to(("tokens.reuse",)).only == ("tokens.reuse", "x.y")
    with pytest.raises(KeyError):
        capstone.restricted_to(("tokens",))


def test_only_names_criteria_and_offers_what_is_like_it() -> None:
    assert only_evidence(parts(), ()).only == ()
    assert only_evidence(parts(), ("x.y",)).only == ("x.y",)
    with pytest.raises(UsageError_) as told:
        only_evidence(parts(), ("tokens.reused",))
    assert told.value.message == "the capstone has no criterion tokens.reused"
    assert told.value.hint.startswith("Did you mean tokens.reuse?")
