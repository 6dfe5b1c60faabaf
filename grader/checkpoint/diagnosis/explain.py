"""From what ended a check to words: whose fault it was, what was expected, what was seen, and where."""

import traceback
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

from grader.agent.client import AgentFault
from grader.agent.raised import Frame, Raised
from grader.checkpoint.diagnosis.tree import Tree
from grader.checkpoint.kit import factory
from grader.domain.evidence import Location
from grader.domain.status import Status
from grader.domain.text import one_line, visible
from grader.domain.words import bounded, field_list, plain_names
from grader.stage.outcome import Failed, Refused
from grader.stage.project import Broken

# What reading an answer of unforeseen shape raises, in the check's own lines.
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


@dataclass(frozen=True, slots=True)
class Setting:
    """What an ending is read in: the check's sentence, the folder of the checks, whether the check is public.

    ``tree`` is the submission, to look up what the project says of places and names; ``comparison`` is expected and
    observed of the comparison that failed last, ``view`` what the last request raised.
    """

    sentence: str
    checks: Path
    public: bool
    tree: Tree
    comparison: tuple[str, str] | None = None
    view: Raised | None = None


def explain(error: BaseException, setting: Setting) -> Ending:
    """The ending that this exception means: ``failed`` for whatever the project brought about, else ``errored``."""
    return replace(_meaning(error, setting), unsure=is_unsure(error) or is_unsure(setting.view))


def is_unsure(error: BaseException | None) -> bool:
    """Whether a machine that is busy or short of memory may bring that about: silence, or a lost connection.

    PostgreSQL says why it refuses by an SQLSTATE; where there is none, or one of class 57 (the server was told to
    stop, or another process of it crashed), the connection broke.
    """
    match error:
        case Broken():
            return is_unsure(error.cause)
        case AgentFault():
            return error.unsure
        case Raised() if error.is_a("django.db.utils.OperationalError") and error.constraint:
            return error.constraint[0].startswith("57") or not any(error.constraint)
    return False


def _meaning(error: BaseException, setting: Setting) -> Ending:
    match error:
        case Failed():
            named = error.observed
            if error.raised is not None and not setting.public:
                named = describe(error.raised, setting)
            return _failed(error.expected, named, setting, where=error.where)
        case Broken():
            return _broken(error, setting)
        case Raised():
            return _raised(error, setting)
        case AgentFault():
            return _failed("an answer from the project", str(error), setting)
        case Refused():
            return _failed("the database to accept it", refusal(error, setting), setting)
        case AssertionError() if _in_checks(error.__traceback__, setting.checks):
            return _assertion(error, setting)
        case Exception() if isinstance(error, _SHAPE) and _in_checks(error.__traceback__, setting.checks):
            named = f"{type(error).__name__}: {error}" if setting.public else f"a {type(error).__name__}"
            return _failed(setting.sentence, f"an answer of another shape than can be read ({named})", setting)
    return errored(error)


def errored(error: BaseException) -> Ending:
    """Ours: for staff to read, in full."""
    return Ending(Status.ERRORED, fault="".join(traceback.format_exception(error))[-8000:])


def refusal(refused: Refused, setting: Setting) -> str:
    """What the database refused, in words; to a hidden check's reader by a name that the submission itself has."""
    kind = {"other": "refused it"}.get(refused.kind, f"refused it: {refused.kind} constraint")
    shown = setting.public or setting.tree.has_name(refused.constraint)
    return f"the database {kind}" + (f" `{refused.constraint}`" if shown and refused.constraint else "")


def _failed(
    expected: str, observed: str, setting: Setting, where: Location | Frame | None = None, trace: str = ""
) -> Ending:
    # Staff can read the learner's traceback under any failure; learners only where the check is public.
    trace = bounded(visible(trace), 6000)
    shown, staff = (trace, "") if setting.public else ("", trace)
    place = verified_location(where, setting.tree)
    return Ending(Status.FAILED, bounded(one_line(expected)), bounded(one_line(observed)), place, shown, staff)


def verified_location(where: Location | Frame | None, tree: Tree) -> Location | None:
    """A place that is to be had in the submission: of what the project says nothing else."""
    match where:
        case Frame():
            return tree.place(where.path, where.line)
        case Location():
            return tree.named_by_author(where)
    return None


def _raised(raised: Raised, setting: Setting) -> Ending:
    return _failed(
        "no exception", describe(raised, setting), setting, innermost_frame(raised, setting), _trace(raised, setting)
    )


def describe(raised: Raised, setting: Setting, with_message: bool = False) -> str:
    """The exception in words: class, fields and place; with ``with_message`` or in a public check, its message too.

    The message may carry anything. Else there is nothing in it that does not stand in the submission.
    """
    shown = with_message or setting.public
    name = raised.type if shown else setting.tree.exception(raised.bases or (raised.type,))
    at = (
        f" raised at {found}"
        if (found := verified_location(innermost_frame(raised, setting), setting.tree))
        else " raised"
    )
    if raised.fields:
        return f"a {name} on {_fields(raised, setting)}{at}"
    return f"{name}{at}" + (f": {bounded(raised.message, 200)}" if shown and raised.message else "")


def _fields(raised: Raised, setting: Setting) -> str:
    if setting.public:
        return field_list(raised.fields)
    named = [f for f in plain_names(raised.fields) if f == "__all__" or setting.tree.has_name(f)]
    return field_list(named) if named else "fields that the project does not have"


def innermost_frame(raised: Raised, setting: Setting) -> Frame | None:
    """The innermost line of the submission that the exception passed, of those that are there."""
    passed = [frame for frame in raised.frames if verified_location(frame, setting.tree)]
    return passed[-1] if passed else None


def _trace(raised: Raised, setting: Setting) -> str:
    """The traceback, without the frames that are not of the submission."""
    passed = tuple(frame for frame in raised.frames if verified_location(frame, setting.tree))
    return Raised(raised.type, message=raised.message, frames=passed).traceback()


def _broken(broken: Broken, setting: Setting) -> Ending:
    expected = "migrations that run" if "migrations" in broken.doing else "a project that starts"
    cause = broken.cause
    if isinstance(cause, AgentFault):
        return _failed(expected, str(cause), setting)
    # What stops the whole project has to be mended before anything else: its message is told to everybody. It has been
    # asked nothing yet that could be in it.
    observed = f"while the project {broken.doing}: {describe(cause, setting, with_message=True)}"
    return _failed(expected, observed, setting, innermost_frame(cause, setting), _trace(cause, setting))


def _assertion(error: AssertionError, setting: Setting) -> Ending:
    message = _message(error)
    expected, observed = setting.comparison or ("", "")
    if not expected:
        expected, observed = setting.sentence, message or "it is not so"
    elif message:
        expected = f"{expected}: {message}"
    if setting.view is not None:
        observed = f"{observed} (the view: {describe(setting.view, setting)})"
        return _failed(
            expected, observed, setting, innermost_frame(setting.view, setting), _trace(setting.view, setting)
        )
    return _failed(expected, observed, setting)


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
