"""From what kept a project from starting to one finding: its whole chain of causes, the learner's line, what to do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.agent.client import AgentFault
from grader.agent.raised import Frame, Raised
from grader.checkpoint.diagnosis.remedies import remedy
from grader.checkpoint.diagnosis.situation import Remedy, Situation
from grader.checkpoint.diagnosis.tree import Tree
from grader.domain.layout import Layout
from grader.domain.start import LOADS_URLS, MIGRATES, SERVES, STARTS, StartFailure
from grader.domain.text import one_line, visible
from grader.domain.words import bounded, last_part
from grader.stage.project import LOADING_URLS, Broken
from grader.stage.standing import SERVING

_LONGEST_MESSAGE, _LONGEST_TRACEBACK = 200, 6000
_SILENT = Remedy("", "Start it as the command below does, and see what it waits for or what ends it.")


@dataclass(frozen=True, slots=True)
class Started:
    """What a start is read in: the submission, where its parts are, whose packages are installed, what was left out."""

    tree: Tree
    layout: Layout
    own_packages: bool = True
    left_out: Mapping[str, str] = field(default_factory=dict)


def without_manage(manage: str, elsewhere: str) -> AgentFault:
    """What a project comes to that has no file at the place of ``manage``; ``elsewhere`` is where one lies, or ""."""
    missing = f"there is no {manage}, by which the project is started"
    if not elsewhere:
        advice = "Put it back: every starter brings it, and `django-admin startproject` writes one. Is it committed?"
        return AgentFault(missing, advice=advice)
    advice = (
        f"Move it there and mend the paths in it, or add track.toml with the lines `[layout]` and "
        f'`manage = "{elsewhere}"`.'
    )
    return AgentFault(f"{missing}: it lies at {elsewhere}", advice=advice)


def start_failure(broken: Broken, started: Started) -> StartFailure:
    """The one finding for a project that could not be started. Nothing in it was believed but the message.

    What stops the whole project has to be mended before anything else, so its message is told to everybody; it had been
    asked nothing yet that could be in it.
    """
    migrating = "migrations" in broken.doing
    cause = broken.cause
    served = broken.doing == SERVING
    loading = {SERVING: SERVES, LOADING_URLS: LOADS_URLS}
    expected = MIGRATES if migrating else loading.get(broken.doing, STARTS)
    repeat = _server(started.layout) if served else _command(started.layout, migrating)
    if isinstance(cause, AgentFault):
        where = started.tree.find(re.compile(rf"\b{re.escape(cause.about)}\b", re.IGNORECASE)) if cause.about else None
        advice = cause.advice or _SILENT.advice
        return StartFailure(cause.expected or expected, str(cause), advice, repeat, where, unsure=cause.unsure)
    frame = innermost(cause, started.tree)
    place = started.tree.place(frame.path, frame.line) if frame else None
    found = remedy(Situation(cause, place, started.tree, started.layout, started.own_packages, started.left_out))
    place = found.where or place
    observed = found.observed or chain_message(cause)
    return StartFailure(
        expected=expected,
        observed=bounded(one_line(f"{observed} (while the project {broken.doing})"), 700),
        remedy=found.advice,
        repeat=repeat,
        where=place,
        traceback=last_part(visible(traceback(cause, started.tree)), _LONGEST_TRACEBACK),
    )


def chain_message(raised: Raised) -> str:
    """The exception and what is behind it: ``ValueError: Unable to …, because of OSError: Read-only file system``."""
    parts = [
        f"{each.type}: {bounded(each.message, _LONGEST_MESSAGE)}" if each.message else each.type
        for each in raised.chain
    ]
    return ", because of ".join(parts)


def innermost(raised: Raised, tree: Tree) -> Frame | None:
    """The learner's own innermost line: of the deepest cause that passed one which is there."""
    for each in reversed(raised.chain):
        if passed := [frame for frame in each.frames if tree.place(frame.path, frame.line)]:
            return passed[-1]
    return None


def traceback(raised: Raised, tree: Tree) -> str:
    """The traceback as Python writes it, the deepest cause first, without lines that are not of the submission."""
    parts = []
    for each in reversed(raised.chain):
        passed = tuple(frame for frame in each.frames if tree.place(frame.path, frame.line))
        parts.append(Raised(each.type, message=each.message, frames=passed).traceback())
    return "\nwhich led to\n".join(parts)


def _server(layout: Layout) -> str:
    return f"poetry run {layout.server} {layout.application}"


def _command(layout: Layout, migrating: bool) -> str:
    verb = "migrate" if migrating else "check"
    return f"poetry run python {layout.manage} {verb} --settings={layout.settings}"
