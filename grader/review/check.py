"""Whether a review is complete and valid; what is not is told with its line and what to do."""

import difflib
from collections.abc import Iterator
from pathlib import Path

from grader.domain.text import spelled, visible
from grader.review.form import KEYS, VERDICTS
from grader.review.links import links, place, wrong_place
from grader.review.nouns import Answer, Problem, Review, Verdict
from grader.review.raw import Part, Raw, read_raw
from grader.review.roster import Roster

_LONGEST_NAME = 100
_EVIDENCE = "Write an address (https://…) or a place in the submission (src/apps/posts/models.py:42)."


def check(
    path: Path, *, roster: Roster | None = None, submission: Path | None = None
) -> tuple[Review | None, tuple[Problem, ...]]:
    """The review in this file, or ``None`` with all that is wrong in it, in the order of its lines.

    With a ``roster`` the reviewer has to be on it; with the folder of the ``submission``, places have to be in it.

    Raises:
        UsageError_: the file cannot be read, or is no review.
    """
    raw = read_raw(path)
    problems = [*raw.problems, *_head(raw, roster)]
    for item in raw.items:
        if item not in raw.parts:
            again = f"Put its part back: `grader review new … --from {path}` writes a whole form, and keeps your words."
            problems.append(Problem(path, raw.last_line, f"the item {item} is missing", again))
        else:
            problems += _part(raw, item, raw.parts[item], submission)
    if problems:
        return None, tuple(sorted(problems, key=lambda p: p.line))
    answers = {item: _answer(raw.parts[item]) for item in raw.items}
    return Review(path, raw.subject, raw.reviewer, answers, raw.sentences), ()


def _head(raw: Raw, roster: Roster | None) -> Iterator[Problem]:
    line, name = raw.reviewer_line or 1, raw.reviewer
    below = min((part.line for part in raw.parts.values()), default=raw.last_line)
    for number, text in raw.stray:
        if number < below:
            message = f"{_begin(text)} stands in the head, where nobody reads it"
            yield Problem(raw.path, number, message, "Move it below the `Comment:` of an item.")
    if not all((raw.subject.assignment, raw.subject.submission, raw.subject.tree)):
        message = "the head does not say what is reviewed"
        yield Problem(raw.path, 1, message, "Put back the lines Assignment, Submission and Tree as they were.")
    if not raw.reviewer_line:
        yield Problem(raw.path, 1, "the head has no line `- Reviewer:`", "Write it, with your name.")
    elif not name:
        yield Problem(raw.path, line, "nobody says who reviewed this", "Write your name after `Reviewer:`.")
    elif len(name) > _LONGEST_NAME or visible(name) != name:
        message = f"{_begin(name)} is too long for a name, or has characters that nobody sees"
        yield Problem(raw.path, line, message, "Write your name alone.")
    elif roster is not None and name not in roster:
        near = roster.near(name)
        remedy = f"Did you mean {near}? " if near else ""
        message = f"{_begin(name)} is not on the roster"
        yield Problem(raw.path, line, message, f"{remedy}Write your name as the roster has it.")


def _part(raw: Raw, item: str, part: Part, submission: Path | None) -> Iterator[Problem]:
    for key in KEYS:
        if key not in part.lines:
            message = f"{item} has no line `- {key}:`"
            yield Problem(raw.path, part.line, message, "Put it back, below what the machine wrote.")
    if len(part.lines) < len(KEYS):
        return
    line, verdict = part.lines["Verdict"], _verdict(part.written.verdict)
    if verdict is None:
        yield Problem(raw.path, line, *_no_verdict(item, part.written.verdict))
        return
    if verdict is not Verdict.MET and not part.written.comment:
        message = f"{item} is “{verdict}”, and no comment says why"
        yield Problem(raw.path, part.lines["Comment"], message, "Write what you saw, and what you would do.")
    yield from _evidence(raw.path, item, part, verdict, submission)


def _no_verdict(item: str, text: str) -> tuple[str, str]:
    if not text:
        return f"{item} has no verdict", f"Write one of: {VERDICTS}."
    near = difflib.get_close_matches(text.lower(), list(Verdict), 1, 0.6)
    meant = f"Did you mean “{near[0]}”? " if near else ""
    return f"{_begin(text)} is no verdict, for {item}", f"{meant}Write one of: {VERDICTS}."


def _evidence(path: Path, item: str, part: Part, verdict: Verdict, submission: Path | None) -> Iterator[Problem]:
    line, text = part.lines["Evidence"], part.written.evidence
    found = links(text)
    if verdict.is_judged and not found:
        what = f"the evidence for {item}, {_begin(text)}, has no link" if text else f"{item} has no evidence"
        yield Problem(path, line, what, _EVIDENCE)
    for link in found if submission else ():
        at = place(link)
        if at and submission and (wrong := wrong_place(at, submission)):
            yield Problem(path, line, f"{link}, the evidence for {item}, cannot be looked at: {wrong}", _EVIDENCE)


def _answer(part: Part) -> Answer:
    written = part.written
    verdict = _verdict(written.verdict) or Verdict.CANNOT_SAY
    return Answer(verdict, written.evidence, links(written.evidence), written.comment)


def _verdict(text: str) -> Verdict | None:
    plain = " ".join(text.lower().replace("-", " ").split()).strip("*_`. ")
    return Verdict(plain) if plain in list(Verdict) else None


def _begin(text: str) -> str:
    short = spelled(text.strip())
    return f"“{short if len(short) <= 60 else short[:59] + '…'}”"
