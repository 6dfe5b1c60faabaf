"""What a report says about a question: of visible tests where they ended, of hidden ones that they did."""

from grader.domain.text import clip, one_line
from grader.lab.channel import GONE
from grader.lab.nouns import CourseCell, Outcome

MANUAL = "To be graded by a person."


def failed(cell: CourseCell, outcome: Outcome) -> str:
    """Why the tests of a cell give no points.

    Of a hidden line nothing is told, not even the exception's type: the learner's code may choose it by what it is
    given.
    """
    if outcome.line in cell.hidden:
        return "A test that you do not see fails: look at the edges of what is asked."
    if outcome.error == GONE:
        return outcome.text
    lines = cell.source.splitlines()
    shown = lines[outcome.line - 1].strip() if 0 < outcome.line <= len(lines) else ""
    where = f": `{clip(one_line(shown), 200)}`" if shown else "."
    return f"A test ends in `{outcome.error}`{where}"


def manual() -> str:
    """What is said of points that nobody has given yet."""
    return MANUAL


def left(cell: CourseCell, answer: str) -> str:
    """The same of an answer, with a word on one that is none."""
    untouched = answer.strip() in ("", STUB)
    return f"{MANUAL} The answer was left as it was handed out." if untouched else MANUAL


STUB = "YOUR ANSWER HERE"
