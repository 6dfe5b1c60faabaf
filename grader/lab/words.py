"""What a report says about a question: of visible tests where they ended, of hidden ones that they did."""

from grader.domain.text import clip, one_line
from grader.lab.channel import GONE
from grader.lab.nouns import CourseCell, Outcome

MANUAL = "To be graded by a person."


def failed(cell: CourseCell, seen: Outcome) -> str:
    """Why the tests of a cell give no points; ``seen`` is how those ended that learners see.

    Of hidden tests nothing is told but that one fails: the learner's code has seen what they ask.
    """
    if not seen.error:
        return "The tests that you see pass, and one that you do not see fails: look at the edges of what is asked."
    if seen.error == GONE:
        return seen.text
    lines = cell.source.splitlines()
    shown = lines[seen.line - 1].strip() if 0 < seen.line <= len(lines) else ""
    return f"A test ends in `{seen.error}`{f': `{clip(one_line(shown), 200)}`' if shown else '.'}"


def manual() -> str:
    """What is said of points that nobody has given yet."""
    return MANUAL


def left(cell: CourseCell, answer: str) -> str:
    """The same of an answer, with a word on one that is none."""
    untouched = answer.strip() in ("", STUB)
    return f"{MANUAL} The answer was left as it was handed out." if untouched else MANUAL


STUB = "YOUR ANSWER HERE"
