"""An appeal in words, for whoever decides: what is known of it, and what is only said."""

import textwrap
from collections.abc import Iterable, Iterator

from grader.appeal.claim import Case
from grader.appeal.decide import Decided
from grader.appeal.read import Appeal
from grader.appeal.reproduce import Reproduction
from grader.domain.status import Status
from grader.domain.text import clip, one_line, visible

_LONGEST = 400
_MOST_CASES = 12
_WIDTH = 72
_SIGNS = {Status.PASSED: "✓", Status.FAILED: "✗"}


def told(appeal: Appeal, title: str) -> Iterator[str]:
    """The appeal, line by line; ``title`` is that of the criterion in the course."""
    claim, run = appeal.claim, appeal.claim.run
    yield f"Appeal {appeal.id}: {claim.criterion} of {claim.assignment} is said to have {claim.says}."
    yield f"  {one_line(title)}"
    yield ""
    yield f"Known: {len(appeal.work.files)} files, whose tree is {claim.tree_hash}."
    yield "Said, and checked by nobody:"
    yield f"  commit    {claim.commit}"
    yield f"  run       {one_line(run.started_at)}, seed {run.seed}, {run.scope} checks, {one_line(run.database)}, "
    yield f"            grader {one_line(run.grader_version)}, checks {one_line(run.checks_hash)[:12]}"
    for name in claim.left_out[:3]:
        yield f"  beside it {one_line(name)}"
    yield ""
    yield "The argument:"
    yield from _quoted(claim.argument)
    yield ""
    yield "What that run is said to have seen:"
    shown = claim.cases[:_MOST_CASES]
    for case in shown:
        yield from _case(case)
    if rest := len(claim.cases) - len(shown):
        yield f"  and {rest} more cases"
    if not shown:
        yield "  nothing"


def _case(case: Case) -> Iterator[str]:
    yield f"  {_SIGNS.get(case.status, '◌')} {one_line(case.check)}: {_short(case.sentence)}"
    if case.status is Status.PASSED:
        return
    for name in ("expected", "observed", "where", "cause"):
        if text := getattr(case, name):
            yield f"      {name:9} {_short(text)}"


def _quoted(argument: str) -> Iterator[str]:
    """Each line behind a bar, and no longer than a terminal is wide: nothing in it looks like a line of ours."""
    for line in visible(argument).split("\n"):
        for part in textwrap.wrap(line, _WIDTH, drop_whitespace=False) or [""]:
            yield f"  │ {part}"


def _short(text: str) -> str:
    return clip(one_line(text), _LONGEST)


def reproduced(found: Reproduction) -> Iterator[str]:
    """What came of grading its work again, with what staff may see of the cases that did not pass."""
    yield f"{found.found.capitalize()}. {found.sentences[0]}"
    yield from found.sentences[1:]
    for seen in found.criterion.observations:
        if seen.status not in (Status.FAILED, Status.ERRORED):
            continue
        yield f"  {_SIGNS.get(seen.status, '◌')} {one_line(seen.check)}: {_short(seen.sentence)}"
        parts = {"expected": seen.expected, "observed": seen.observed, "where": seen.where, "fault": seen.fault}
        yield from (f"      {name:9} {_short(str(text))}" for name, text in parts.items() if text)


def decisions(made: Iterable[Decided]) -> Iterator[str]:
    """What was decided about it, in sentences."""
    for one in made:
        case = f" as {one_line(one.case)}" if one.case else ""
        yield f"{one.verdict.capitalize()}{case} by {one_line(one.author)} on {one.at[:10]}: {one_line(one.reason)}"
