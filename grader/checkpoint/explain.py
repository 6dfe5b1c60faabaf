"""From what ended a check to words: whose fault it was, what was expected, what was seen, and where."""

import traceback
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from grader.agent.client import AgentFault
from grader.agent.raised import Raised
from grader.checkpoint import factory
from grader.checkpoint.outcome import Failed, Refused
from grader.checkpoint.project import Broken
from grader.checkpoint.words import bounded, field_list
from grader.domain.evidence import Location
from grader.domain.status import Status

# What reading an answer of unforeseen shape raises, in the check's own lines.
_SHAPE = (TypeError, KeyError, IndexError, ValueError, AttributeError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a check ended."""

    status: Status
    expected: str = ""
    observed: str = ""
    where: Location | None = None
    traceback: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What an ending is read in: the check's sentence, the folder of the checks, whether the check is public.

    ``comparison`` is expected and observed of the comparison that failed last, ``view`` what the last request raised.
    """

    sentence: str
    checks: Path
    public: bool
    comparison: tuple[str, str] | None = None
    view: Raised | None = None


def explain(error: BaseException, setting: Setting) -> Ending:
    """The ending that this exception means: ``failed`` for whatever the project brought about, else ``errored``."""
    match error:
        case Failed():
            return _failed(error.expected, error.observed, setting, where=error.where)
        case Broken():
            return _broken(error, setting)
        case Raised():
            return _raised(error, setting)
        case AgentFault():
            return _failed("an answer from the project", str(error), setting)
        case Refused():
            return _failed("the database to accept it", refusal(error), setting)
        case AssertionError() if _in_checks(error.__traceback__, setting.checks):
            return _assertion(error, setting)
        case Exception() if isinstance(error, _SHAPE) and _in_checks(error.__traceback__, setting.checks):
            told = f"{type(error).__name__}: {error}" if setting.public else f"a {type(error).__name__}"
            return _failed(setting.sentence, f"an answer of another shape than can be read ({told})", setting)
    return errored(error)


def errored(error: BaseException) -> Ending:
    """Ours: for staff to read, in full."""
    return Ending(Status.ERRORED, fault="".join(traceback.format_exception(error))[-8000:])


def refusal(refused: Refused) -> str:
    """What the database refused, in words."""
    kind = {"other": "refused it"}.get(refused.kind, f"refused it: {refused.kind} constraint")
    return f"the database {kind}" + (f" `{refused.constraint}`" if refused.constraint else "")


def _failed(expected: str, observed: str, setting: Setting, where: Location | None = None, trace: str = "") -> Ending:
    # Staff can read the learner's traceback under any failure; learners only where the check is public.
    trace = bounded(trace, 6000)
    shown, staff = (trace, "") if setting.public else ("", trace)
    return Ending(Status.FAILED, bounded(expected), bounded(observed), where, shown, staff)


def _raised(raised: Raised, setting: Setting) -> Ending:
    return _failed("no exception", described(raised, setting.public), setting, place(raised), raised.traceback())


def described(raised: Raised, public: bool) -> str:
    """The exception in words. Its message, which may carry anything, only where the check is public anyway."""
    at = f" raised at {raised.where.path}:{raised.where.line}" if raised.where else " raised"
    if raised.fields:
        return f"a {raised.type} on {field_list(raised.fields)}{at}"
    return f"{raised.type}{at}" + (f": {bounded(raised.message, 200)}" if public and raised.message else "")


def place(raised: Raised) -> Location | None:
    """The innermost line of the submission that the exception passed."""
    return Location(raised.where.path, raised.where.line) if raised.where else None


def _broken(broken: Broken, setting: Setting) -> Ending:
    expected = "migrations that run" if "migrations" in broken.doing else "a project that starts"
    if isinstance(broken.cause, AgentFault):
        return _failed(expected, str(broken.cause), setting)
    # What stops the whole project has to be mended before anything else: its message is told to everybody.
    told = f"while the project {broken.doing}: {described(broken.cause, public=True)}"
    return _failed(expected, told, setting, place(broken.cause), broken.cause.traceback())


def _assertion(error: AssertionError, setting: Setting) -> Ending:
    message = _message(error)
    expected, observed = setting.comparison or ("", "")
    if not expected:
        expected, observed = setting.sentence, message or "it is not so"
    elif message:
        expected = f"{expected}: {message}"
    if setting.view is not None:
        observed = f"{observed} (the view: {described(setting.view, setting.public)})"
        return _failed(expected, observed, setting, place(setting.view), setting.view.traceback())
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
