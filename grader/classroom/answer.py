"""What the process of one grading says when it ends, as JSON: evidence, or why there is none."""

from typing import Any

import msgspec

from grader.children import Ended
from grader.classroom.people import Finished, Task
from grader.domain.errors import CourseError, GraderError, SubmissionError
from grader.domain.text import one_line
from grader.intake.names import shown
from grader.pipeline import Measured
from grader.pipeline.job import decode, encode
from grader.report.encoding import well_formed

_TAIL = 600


class _Refusal(msgspec.Struct, forbid_unknown_fields=True):
    error: str
    message: str
    hint: str


def evidence(measured: Measured) -> bytes:
    """As JSON; half a character, as in a file's name that is no text, becomes U+FFFD."""
    try:
        return encode(measured)
    except UnicodeEncodeError:
        readable: Any = well_formed(msgspec.to_builtins(measured, enc_hook=str))
        return encode(msgspec.convert(readable, Measured))


def refusal(problem: GraderError) -> bytes:
    """Why there is no evidence."""
    said = {"error": type(problem).__name__, "message": problem.message, "hint": problem.hint}
    return msgspec.json.encode(well_formed(said))


def finished(task: Task, ended: Ended, seconds: float, limit_s: float) -> Finished:
    """What came of the task whose process ended so. Raises ``CourseError`` if that is what it said."""
    if ended.overdue:
        told = f"the grading took more than {minutes(limit_s)}, and was ended"
        return Finished(task, "errored", seconds, message=told, hint="Grade it by itself, or with more --minutes.")
    try:
        return Finished(task, "measured", seconds, decode(Measured, ended.said))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass
    try:
        said = msgspec.json.decode(ended.said, type=_Refusal)
    except (msgspec.MsgspecError, ValueError):
        return Finished(task, "errored", seconds, message=_crash(ended), hint="Run the same again.", again=True)
    if said.error == CourseError.__name__:
        raise CourseError(said.message, said.hint)
    if said.error == SubmissionError.__name__:
        return Finished(task, "refused", seconds, message=_named(said.message, task), hint=said.hint)
    return Finished(task, "errored", seconds, message=said.message, hint=said.hint, again=True)


def _named(message: str, task: Task) -> str:
    """The message with the name of what was handed in, in the place of the path to it on this machine."""
    return message.replace(shown(str(task.job.source)), shown(task.job.source.name))


def _crash(ended: Ended) -> str:
    end = f"signal {-ended.code}" if ended.code < 0 else f"code {ended.code}"
    tail = one_line(ended.error.decode(errors="replace"))[-_TAIL:]
    return f"the grading ended without an outcome ({end}){': ' if tail else ''}{tail}"


def minutes(seconds: float) -> str:
    """Such as ``30 min`` or ``1.5 s``."""
    return f"{seconds / 60:g} min" if seconds >= 60 else f"{seconds:g} s"
