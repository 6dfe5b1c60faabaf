"""Which verdict of a result is appealed, and whether there is anything in it to appeal."""

from difflib import get_close_matches

from grader.appeal.claim import LONGEST_ARGUMENT, Says
from grader.domain.course import CAPSTONE
from grader.domain.errors import UsageError_
from grader.domain.result import CriterionResult, Result
from grader.domain.status import Status
from grader.domain.text import visible
from grader.intake.names import shown

_LOOK = "An appeal says that what was measured is wrong."


def chosen(result: Result, criterion: str, says: Says) -> CriterionResult:
    """The criterion as the result has it, if its verdict is one that ``says`` can be said of.

    Raises:
        UsageError_: the result has no such criterion, or says nothing of it that could be wrong; the hint tells what
            to do instead.
    """
    if result.assignment == CAPSTONE:
        raise UsageError_(
            "the capstone is judged by levels, and an appeal is about a criterion of a module",
            "Show whoever gave the level what its evidence overlooks; the report names it.",
        )
    found = next((c for c in result.criteria if c.id == criterion), None)
    if found is None:
        raise _unknown(result, criterion)
    if says == "wrongly passed":
        if found.status is not Status.PASSED:
            raise UsageError_(
                f"{criterion} did not pass: it is {_word(found)}", "Leave --wrongly-passed out, or name another result."
            )
        return found
    if found.status is Status.FAILED:
        return found
    raise UsageError_(f"{criterion} did not fail: it is {_word(found)}", _instead(found))


def argument(text: str) -> str:
    """The argument, without blanks around it and with what nobody sees spelled out.

    Raises:
        UsageError_: there is none, or it is too long.
    """
    plain = visible(text).strip()
    if not plain:
        raise UsageError_(
            "there is no argument: nothing says why the verdict is wrong",
            'Say what the brief asks for and where your code does it: --because "TEXT", or --argument FILE.',
        )
    if len(plain) > LONGEST_ARGUMENT:
        raise UsageError_(
            f"the argument has {len(plain):,} characters; at most {LONGEST_ARGUMENT:,} are read",
            "Say the one thing that is wrong, and name files and lines: the project is in the bundle.",
        )
    return plain


def _word(found: CriterionResult) -> str:
    return {Status.ERRORED: "not measured", Status.MANUAL: "for a person"}.get(found.status, found.status.value)


def _instead(found: CriterionResult) -> str:
    if found.status is Status.PASSED:
        return f"{_LOOK} If it passes and should not, say --wrongly-passed."
    if found.status is Status.BLOCKED:
        waits = ", ".join(found.blocked_by) or "another criterion"
        return f"It waits for {waits}: mend that, or appeal it."
    if found.status is Status.MANUAL:
        return "A person judges it: speak with whoever reviewed it."
    return "The grader or the machine failed, and nothing is counted against you: run it again."


def _unknown(result: Result, name: str) -> UsageError_:
    if any(u.id == name for u in result.unmeasured):
        return UsageError_(
            f"{name} was not measured in this run",
            "Name a result that has it, such as the one your instructor gave you: --result FILE.",
        )
    if any(name in (g.id, g.metric) for g in result.gates):
        return UsageError_(
            f"{name} is a gate, and no criterion",
            "The report names the tool that measured it: run that yourself, and show your instructor what both say.",
        )
    known = [c.id for c in result.criteria] + [u.id for u in result.unmeasured if u.task is not None]
    same_end = [each for each in known if each.rpartition(".")[2] == name.rpartition(".")[2]]
    near = list(dict.fromkeys([*same_end, *get_close_matches(name, known, n=3)]))
    asked = f"Did you mean {' or '.join(near)}? " if near else ""
    number = result.assignment.partition("-")[0]
    return UsageError_(
        f"{result.assignment} has no criterion {shown(name)}", f"{asked}All criteria: `grader list --module {number}`."
    )
