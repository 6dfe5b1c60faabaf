"""Evidence judged: statuses, points, what blocks what, and what a run may claim."""

from dataclasses import replace

import pytest

from grader.domain.course import Criterion, Dimension, Module
from grader.domain.errors import CourseError
from grader.domain.evidence import Artefact, Evidence, Observation
from grader.domain.result import Provenance, Result
from grader.domain.status import Status
from grader.scoring import by_dimension, score

PASSED, FAILED, BLOCKED, ERRORED, MANUAL, NOT_APPLICABLE = Status
PROVENANCE = Provenance(
    "0.1",
    "ada",
    None,
    "t",
    1,
    "bubblewrap",
    True,
    "postgres",
    "submission",
    "e",
    "c",
    "3.12",
    "2026-11-20T09:30:00Z",
    1.0,
)


def criterion(id: str, points: int = 10, *, requires: tuple[str, ...] = (), manual: bool = False) -> Criterion:
    dimension = Dimension.SECURITY if id.startswith("s") else Dimension.ARCHITECTURE
    return Criterion(id, f"Title of {id}", points, 1, "", (), dimension, requires, manual)


def module(*criteria: Criterion, pass_score: int = 20) -> Module:
    return Module(2, "02-domain", "Domain", pass_score, criteria)


def judge(
    of: Module, seen: dict[str, tuple[Status, ...]], scope: str = "full", only: tuple[str, ...] | None = None
) -> Result:
    observations = tuple(Observation("x::y", id, "A sentence.", s) for id, many in seen.items() for s in many)
    return score(of, Evidence(observations), PROVENANCE, scope=scope, notices=("a",), criteria=only)


def statuses(result: Result) -> dict[str, Status]:
    return {c.id: c.status for c in result.criteria}


AB = module(criterion("a"), criterion("b", 15))


@pytest.mark.parametrize(
    ("cases", "status", "points"),
    [
        ((PASSED,), PASSED, 10),
        ((PASSED, PASSED), PASSED, 10),
        ((PASSED, FAILED), FAILED, 0),
        ((PASSED, ERRORED), ERRORED, 0),
        ((FAILED, ERRORED), FAILED, 0),
        ((PASSED, BLOCKED), BLOCKED, 0),
        ((), ERRORED, 0),
    ],
)
def test_a_criterion_is_as_bad_as_its_gravest_case(cases: tuple[Status, ...], status: Status, points: int) -> None:
    result = judge(AB, {"a": cases, "b": (PASSED,)})
    assert result.criteria[0].status is status
    assert (result.criteria[0].score, result.criteria[0].max_score) == (points, 10)
    assert result.score == points + 15


def test_silence_is_never_full_marks() -> None:
    result = judge(AB, {})
    assert statuses(result) == {"a": ERRORED, "b": ERRORED}
    assert (result.graded, result.met, result.score, result.max_score) == (False, False, 0, 25)


def test_one_error_leaves_the_whole_ungraded_however_many_points_there_are() -> None:
    result = judge(module(criterion("a"), criterion("b", 90)), {"a": (ERRORED,), "b": (PASSED,)})
    assert (result.score, result.graded, result.met) == (90, False, False)


@pytest.mark.parametrize(("pass_score", "met"), [(10, True), (11, False)])
def test_the_bar_is_met_from_exactly_its_score_on(pass_score: int, met: bool) -> None:
    result = judge(replace(AB, pass_score=pass_score), {"a": (PASSED,), "b": (FAILED,)})
    assert (result.graded, result.met) == (True, met)


CHAIN = module(criterion("c", requires=("b",)), criterion("b", requires=("a",)), criterion("a"))


@pytest.mark.parametrize("own", [PASSED, FAILED, ERRORED, BLOCKED])
def test_an_unmet_requirement_blocks_whatever_the_criterion_itself_showed(own: Status) -> None:
    result = judge(CHAIN, {"a": (FAILED,), "b": (own,), "c": (own,)})
    assert statuses(result) == {"c": BLOCKED, "b": BLOCKED, "a": FAILED}
    assert [c.blocked_by for c in result.criteria] == [("b",), ("a",), ()]
    assert (result.score, result.graded) == (0, True)


def test_a_met_requirement_blocks_nothing() -> None:
    result = judge(CHAIN, {"a": (PASSED,), "b": (PASSED,), "c": (FAILED,)})
    assert statuses(result) == {"c": FAILED, "b": PASSED, "a": PASSED}
    assert result.criteria[0].blocked_by == ()


def test_what_requires_something_unmeasured_by_the_machine_is_not_graded() -> None:
    result = judge(CHAIN, {"a": (ERRORED,), "b": (PASSED,), "c": (PASSED,)})
    assert statuses(result) == {"c": BLOCKED, "b": BLOCKED, "a": ERRORED}
    assert not result.graded


def test_circles_and_unknown_criteria_are_the_author_s_to_mend() -> None:
    circle = module(criterion("a", requires=("b",)), criterion("b", requires=("a",)))
    with pytest.raises(CourseError, match="a → b → a"):
        judge(circle, {"a": (PASSED,), "b": (PASSED,)})
    with pytest.raises(CourseError, match="'z'"):
        judge(AB, {"z": (PASSED,)})


def test_public_leaves_out_what_has_no_public_check_and_is_never_met() -> None:
    result = judge(AB, {"b": (PASSED,)}, scope="public")
    assert statuses(result) == {"b": PASSED}
    assert (result.score, result.max_score, result.graded, result.met) == (15, 15, True, False)
    assert [(u.id, u.max_score) for u in result.unmeasured] == [("a", 10)]


def test_public_does_not_block_by_what_it_did_not_measure() -> None:
    assert statuses(judge(CHAIN, {"b": (PASSED,)}, scope="public")) == {"b": PASSED}


def test_a_run_of_some_criteria_counts_those_only_and_is_never_met() -> None:
    result = judge(replace(AB, pass_score=1), {"a": (PASSED,), "b": (PASSED,)}, only=("a",))
    assert statuses(result) == {"a": PASSED}
    assert (result.score, result.max_score, result.graded, result.met) == (10, 10, True, False)
    assert [u.id for u in result.unmeasured] == ["b"]


def test_a_criterion_asked_for_but_silent_is_errored() -> None:
    assert statuses(judge(AB, {}, only=("a",))) == {"a": ERRORED}


@pytest.mark.parametrize("scope", ["full", "public"])
@pytest.mark.parametrize("cases", [(), (PASSED,), (FAILED,), (ERRORED,)])
def test_a_manual_criterion_waits_for_a_person_and_carries_no_points(scope: str, cases: tuple[Status, ...]) -> None:
    result = judge(module(criterion("a"), criterion("m", 0, manual=True)), {"a": (PASSED,), "m": cases}, scope=scope)
    assert statuses(result)["m"] is MANUAL
    assert (result.score, result.max_score, result.graded) == (10, 10, True)


def test_nothing_measured_is_not_graded() -> None:
    result = judge(module(criterion("m", 0, manual=True), pass_score=0), {})
    assert (result.max_score, result.graded, result.met) == (0, False, False)


def test_artefacts_go_with_the_criteria_that_were_measured() -> None:
    artefacts = tuple(Artefact(id, id, "diff", "", id) for id in ("a", "b"))
    evidence = Evidence((Observation("x", "a", "s", PASSED),), artefacts)
    result = score(AB, evidence, PROVENANCE, scope="public", notices=())
    assert [a.id for a in result.artefacts] == ["a"]


def test_the_order_of_the_manifest_and_the_notices_are_kept() -> None:
    result = judge(CHAIN, {"a": (PASSED,), "b": (PASSED,), "c": (PASSED,)})
    assert [c.id for c in result.criteria] == ["c", "b", "a"]
    assert result.notices == ("a",)


def test_points_stand_on_their_dimension_of_the_rubric() -> None:
    of = module(criterion("a"), criterion("s1", 20), criterion("s2", 30), criterion("m", 0, manual=True))
    placed = by_dimension(judge(of, {"a": (PASSED,), "s1": (PASSED,), "s2": (FAILED,)}).criteria)
    assert [(p.dimension.value, p.score, p.max_score) for p in placed] == [
        ("architecture", 10, 10),
        ("security", 20, 50),
    ]
