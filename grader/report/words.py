"""The words that every report shares: what a status is called, numbers with their nouns, levels."""

from grader.domain.course import Level
from grader.domain.result import LevelVerdict
from grader.domain.status import Status

ICONS = {
    Status.PASSED: "✓",
    Status.FAILED: "✗",
    Status.BLOCKED: "◌",
    Status.ERRORED: "!",
    Status.MANUAL: "✎",
    Status.NOT_APPLICABLE: "–",
}
WORDS = {
    Status.PASSED: "passed",
    Status.FAILED: "failed",
    Status.BLOCKED: "blocked",
    Status.ERRORED: "not measured",
    Status.MANUAL: "for a person",
    Status.NOT_APPLICABLE: "not applicable",
}


def points(number: int) -> str:
    """``1 point``, ``2 points``."""
    return count(number, "point", "points")


def worth(number: int, task: int) -> str:
    """``3 points, task 2``; of what is evidence without points the task alone."""
    return f"{points(number)}, task {task}" if number else f"task {task}"


def more(number: int) -> str:
    """``1 more point``, ``2 more points``."""
    return count(number, "more point", "more points")


def count(number: int, one: str, many: str) -> str:
    """The number with its noun."""
    return f"{number} {one if number == 1 else many}"


def steps_of(found: LevelVerdict) -> int:
    """How many levels above the lowest it has come: 0, 1 or 2."""
    return list(Level).index(found.level)


def level(found: LevelVerdict) -> str:
    """``exceeds``, or ``exceeds, review pending`` where something waits for a person."""
    return f"{found.level.value}, review pending" if found.pending else found.level.value
