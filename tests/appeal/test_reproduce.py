"""Whether a verdict comes out again rests on what is measured now, and never on what the appeal says it saw."""

from dataclasses import replace
from pathlib import Path

import pytest

from grader.appeal.choose import chosen
from grader.appeal.claim import Claim
from grader.appeal.reproduce import compared
from grader.appeal.write import claim_of
from grader.domain.result import Result
from grader.domain.status import Status
from grader.intake import Submission
from grader.pipeline import score_measured
from tests.appeal.samples import ONE, THREE, TWO
from tests.classroom.samples import ASSIGNMENT, measured

WORK = Submission("ada", Path("work"), "c" * 40, "t" * 64, ("manage.py",), ())


def result(*passed: str, errored: tuple[str, ...] = (), **more: object) -> Result:
    return score_measured(measured(passed, errored=errored, **more), ASSIGNMENT)  # type: ignore[arg-type]


def claim(of: str = ONE, **changes: object) -> Claim:
    then = result(THREE)
    says = "wrongly passed" if of == THREE else "wrongly failed"
    found = claim_of(then, chosen(then, of, says), says, "x", WORK)  # type: ignore[arg-type]
    return Claim(**{name: getattr(found, name) for name in found.__struct_fields__} | changes)


@pytest.mark.parametrize(
    ("criterion", "passed", "errored", "found"),
    [
        (ONE, (), (), "reproduced"),
        (ONE, (ONE,), (), "not reproduced"),
        (ONE, (), (ONE,), "not measured"),
        (THREE, (THREE,), (), "reproduced"),
        (THREE, (), (), "not reproduced"),
    ],
)
def test_the_verdict_decides(criterion: str, passed: tuple[str, ...], errored: tuple[str, ...], found: str) -> None:
    assert compared(claim(criterion), result(*passed, errored=errored)).found == found


def test_what_waits_is_named() -> None:
    found = compared(claim(criterion=TWO), result(TWO))
    assert (found.found, found.sentences[0]) == (
        "not reproduced",
        "domain.two is blocked by domain.one here, with seed 271828.",
    )


def test_other_cases_and_conditions_are_said_and_decide_nothing() -> None:
    forged = replace_case(claim(left_out=(".env: it holds secrets",)), "task::made-up")
    found = compared(forged, result(database="sqlite"))
    assert found.found == "reproduced"
    assert "Fails here, and is not in the appeal: task::domain.one." in found.sentences
    assert "Is in the appeal, and does not fail here: task::made-up." in found.sentences
    assert "Otherwise than there: database sqlite (in the appeal: postgres)." in found.sentences
    assert found.sentences[-1] == "Lay beside the project there, and is in no bundle: .env: it holds secrets."
    assert "The same cases fail (1)." in compared(claim(), result()).sentences


def replace_case(said: Claim, check: str) -> Claim:
    case = said.cases[0]
    other = type(case)(check, case.sentence, Status.FAILED)
    return Claim(**{name: getattr(said, name) for name in said.__struct_fields__} | {"cases": (other,)})


def test_an_official_run_is_no_part_of_the_verdict() -> None:
    then = replace(result(), scope="public")
    assert compared(claim(), then).sentences[-1].endswith("scope public (in the appeal: full).")
