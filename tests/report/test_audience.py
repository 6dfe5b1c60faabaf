"""What only staff may read is in no rendering that a learner gets."""

from io import StringIO

import pytest
from rich.console import Console

from grader.report import REPORTS, for_learners, for_staff, terminal
from tests.report.samples import SAMPLES


def shown(result, **options) -> str:  # type: ignore[no-untyped-def]
    console = Console(file=StringIO(), width=100)
    console.print(terminal(result, **options))
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("report", [*REPORTS, "terminal"])
def test_no_fault_and_no_hidden_traceback_reaches_a_learner(name: str, report: str) -> None:
    whole = SAMPLES[name]()
    if report == "terminal":
        texts = [shown(whole), shown(for_learners(whole))]
    else:
        texts = [REPORTS[report].render(for_learners(whole))]
        texts += [REPORTS[report].render(whole)] if report != "json" else []
    assert not [t for t in texts if "SECRET" in t or "/srv/grader" in t]


def test_staff_keep_the_fault_in_the_result_and_may_print_it() -> None:
    whole = for_staff(SAMPLES["ungraded"]())
    assert "SECRET-FAULT" in REPORTS["json"].render(whole)
    assert "SECRET-FAULT" in shown(whole, faults=True)
    page = REPORTS["html"].render(whole, staff=True)
    assert "SECRET-FAULT" in page
    assert "it is not for learners" in page
    assert all(REPORTS[name].render(whole, staff=True) == REPORTS[name].render(whole) for name in ("markdown", "junit"))


def test_learners_keep_their_own_traceback_of_a_public_check() -> None:
    kept = [o for c in for_learners(SAMPLES["mixed"]()).criteria for o in c.observations if o.traceback]
    assert [o.public for o in kept] == [True]
