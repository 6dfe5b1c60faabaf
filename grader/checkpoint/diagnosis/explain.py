"""From what ended a check to words: whose fault it was, what was expected, what was seen, and where."""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType

from grader.agent.client import AgentFault
from grader.agent.raised import Frame, Raised
from grader.checkpoint.diagnosis.raising import (
    cause_of,
    describe,
    innermost_frame,
    traceback_of,
    verified_location,
    wanted,
)
from grader.checkpoint.diagnosis.remedies import imported
from grader.checkpoint.diagnosis.shapes import odd_answer
from grader.checkpoint.diagnosis.situation import Situation
from grader.checkpoint.diagnosis.tree import Tree
from grader.checkpoint.kit import factory
from grader.domain.evidence import Location
from grader.domain.layout import COURSE, Layout
from grader.domain.start import MIGRATES, STARTS
from grader.domain.status import Status
from grader.domain.text import one_line, visible
from grader.domain.words import bounded, last_part
from grader.stage.outcome import ABSENT, Failed, Late, Refused
from grader.stage.project import Broken

# What reading an answer of unforeseen shape raises, in the check's own lines.
_LONGEST_REQUEST = 500
_SHAPE = (TypeError, KeyError, IndexError, ValueError, AttributeError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a check ended. ``unsure`` is true of a failure that a busy machine may have brought about as well."""

    status: Status
    expected: str = ""
    observed: str = ""
    where: Location | None = None
    traceback: str = ""
    fault: str = ""
    unsure: bool = False
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What an ending is read in: the check's sentence, the folder of the checks, whether the check is public.

    ``tree`` is the submission, to look up what the project says of places and names; ``comparison`` is expected and
    observed of the comparison that failed last, ``view`` what the last request raised, ``layout`` where the parts of
    the project are, ``asked`` the last request to a server, as a command that sends it; of ``own_packages`` and
    ``left_out`` see ``Situation``.
    """

    sentence: str
    checks: Path
    public: bool
    tree: Tree
    comparison: tuple[str, str] | None = None
    view: Raised | None = None
    layout: Layout = COURSE
    asked: str = ""
    own_packages: bool = True
    left_out: Mapping[str, str] = field(default_factory=dict)

    def situation(self, raised: Raised, where: Location | None) -> Situation:
        """What was raised there, as words are looked for."""
        return Situation(raised, where, self.tree, self.layout, self.own_packages, self.left_out)


def explain(error: BaseException, context: Context) -> Ending:
    """The ending that this exception means: ``failed`` for whatever the project brought about, else ``errored``."""
    ending = replace(_meaning(error, context), unsure=is_unsure(error) or is_unsure(context.view))
    if ending.status is not Status.FAILED or not context.asked:
        return ending
    return replace(ending, observed=f"{ending.observed} (after `{bounded(one_line(context.asked), _LONGEST_REQUEST)}`)")


def is_unsure(error: BaseException | None) -> bool:
    """Whether a machine that is busy or short of memory may bring that about: silence, or a lost connection.

    PostgreSQL says why it refuses by an SQLSTATE; where there is none, or one of class 57 (the server was made to
    stop, or another process of it crashed), the connection broke.
    """
    match error:
        case Late():
            return True
        case Broken():
            return is_unsure(error.cause)
        case AgentFault():
            return error.unsure
        case Raised() if error.is_a("django.db.utils.OperationalError") and error.constraint:
            return error.constraint[0].startswith("57") or not any(error.constraint)
    return False


def _meaning(error: BaseException, context: Context) -> Ending:
    match error:
        case Failed():
            return _told_by_check(error, context)
        case Broken():
            return _broken(error, context)
        case Raised():
            return _raised(error, context)
        case AgentFault():
            return _failed("an answer from the project", str(error), context)
        case Refused():
            message = refusal(error, context)
            ending = _failed("the database to accept it", message, context)
            return replace(ending, cause=message if context.tree.has_name(error.constraint) else "")
        case AssertionError() if _in_checks(error.__traceback__, context.checks):
            return _assertion(error, context)
        case Exception() if isinstance(error, _SHAPE) and _in_checks(error.__traceback__, context.checks):
            return _failed(context.sentence, odd_answer(error, public=context.public), context)
    return errored(error)


def errored(error: BaseException) -> Ending:
    """Ours: for staff to read, in full."""
    return Ending(Status.ERRORED, fault="".join(traceback.format_exception(error))[-8000:])


def refusal(refused: Refused, context: Context) -> str:
    """What the database refused, in words; to a hidden check's reader by a name that the submission itself has."""
    kind = {"other": "refused it"}.get(refused.kind, f"refused it: {refused.kind} constraint")
    shown = context.public or context.tree.has_name(refused.constraint)
    return f"the database {kind}" + (f" `{refused.constraint}`" if shown and refused.constraint else "")


def _failed(
    expected: str, observed: str, context: Context, where: Location | Frame | None = None, trace: str = ""
) -> Ending:
    # Staff can read the learner's traceback under any failure; learners only where the check is public.
    trace = last_part(visible(trace), 6000)
    shown, staff = (trace, "") if context.public else ("", trace)
    place = verified_location(where, context.tree)
    return Ending(Status.FAILED, bounded(one_line(expected)), bounded(one_line(observed)), place, shown, staff)


def _told_by_check(failed: Failed, context: Context) -> Ending:
    """What the check says itself; another exception than it wanted is told like any other."""
    if failed.raised is None:
        ending = _failed(failed.expected, failed.observed, context, where=failed.where)
        return replace(ending, cause=_absent(failed))
    ending = _raised(failed.raised, context)
    return replace(ending, expected=bounded(one_line(failed.expected)))


def _raised(raised: Raised, context: Context) -> Ending:
    tree, shown = context.tree, context.public
    observed, where = describe(raised, tree, shown=shown), verified_location(innermost_frame(raised, tree), tree)
    if shown and (special := imported(context.situation(raised, where))):
        where = special.where or where
        observed = f"{special.observed}. {special.advice}"
    ending = _failed(wanted(raised, tree, shown=shown), observed, context, where, traceback_of(raised, tree))
    return replace(ending, cause=bounded(one_line(cause_of(raised, tree, shown=shown))))


def _absent(failed: Failed) -> str:
    """What is not there at all, which everything that uses it fails for."""
    return bounded(one_line(f"{failed.expected}: {failed.observed}")) if failed.observed == ABSENT else ""


def _broken(broken: Broken, context: Context) -> Ending:
    expected = MIGRATES if "migrations" in broken.doing else STARTS
    cause = broken.cause
    if isinstance(cause, AgentFault):
        return _failed(expected, str(cause), context)
    # What stops the whole project has to be mended before anything else: its message is shown to everybody, unless the
    # project has been asked something that could be in it.
    shown = context.public or not broken.asked
    observed = f"while the project {broken.doing}: {describe(cause, context.tree, shown=shown)}"
    tree = context.tree
    return _failed(expected, observed, context, innermost_frame(cause, tree), traceback_of(cause, tree))


def _assertion(error: AssertionError, context: Context) -> Ending:
    message = _message(error)
    expected, observed = context.comparison or ("", "")
    if not expected:
        expected, observed = context.sentence, message or "it is not so"
    elif message:
        expected = f"{expected}: {message}"
    if context.view is not None:
        view, tree = context.view, context.tree
        observed = f"{observed} (the view: {describe(view, tree, shown=context.public)})"
        ending = _failed(expected, observed, context, innermost_frame(view, tree), traceback_of(view, tree))
        return replace(ending, cause=bounded(one_line(cause_of(view, tree, shown=context.public))))
    return _failed(expected, observed, context)


def _message(error: AssertionError) -> str:
    """What the author wrote after the comma; pytest puts its own text, which quotes the check, on the lines below."""
    text = str(error.args[0]) if error.args else ""
    before, found, _ = text.partition("\nassert ")
    return "" if text.startswith("assert ") else before if found else text


def _in_checks(trace: TracebackType | None, folder: Path) -> bool:
    """Whether the innermost frame is a line of a check, of what lies beside the checks, or of a ``make``."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    path = Path(trace.tb_frame.f_code.co_filename) if trace is not None else Path()
    return path.is_relative_to(folder) or path == Path(factory.__file__)
