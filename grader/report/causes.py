"""One cause behind many failures: which criteria failed for the same reason, so that it is told once."""

from collections import defaultdict
from dataclasses import dataclass

from grader.domain.result import CriterionResult, Result
from grader.domain.status import Status
from grader.report.words import count, points

_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Cause:
    """What stood behind every failed case of these criteria, the first of the list first; ``waiting`` wait for them."""

    text: str
    criteria: tuple[CriterionResult, ...]
    waiting: tuple[CriterionResult, ...]

    @property
    def sentence(self) -> str:
        """``The same stands behind 6 more criteria that fail and 5 that wait for them, 33 points: …``, six by name."""
        others = self.criteria[1:]
        waiting = f" and {count(len(self.waiting), 'that waits', 'that wait')} for them" if self.waiting else ""
        worth = points(sum(c.max_score for c in (*others, *self.waiting)))
        rest = len(others) - _MOST_NAMED
        titles = "; ".join(c.title for c in others[:_MOST_NAMED]) + (f"; and {rest} more" if rest > 0 else "")
        more = count(len(others), "more criterion that fails", "more criteria that fail")
        return f"The same stands behind {more}{waiting}, {worth}: {titles}."


def causes(result: Result) -> tuple[Cause, ...]:
    """The causes that failed more than one criterion, in the order of the list."""
    found: defaultdict[str, list[CriterionResult]] = defaultdict(list)
    for criterion in result.criteria:
        if text := _only_cause(criterion):
            found[text].append(criterion)
    return tuple(
        Cause(text, tuple(criteria), _waiting(result, {c.id for c in criteria}))
        for text, criteria in found.items()
        if len(criteria) > 1
    )


def leaders(result: Result) -> dict[str, Cause]:
    """By the id of the criterion under which a cause is told, that cause."""
    return {cause.criteria[0].id: cause for cause in causes(result)}


def followers(result: Result) -> dict[str, CriterionResult]:
    """By the id of a criterion that another's cause failed, that other: it is told there."""
    return {c.id: cause.criteria[0] for cause in causes(result) for c in cause.criteria[1:]}


def _only_cause(criterion: CriterionResult) -> str:
    """The cause of all its failed cases; "" if there are several, or one that has none."""
    failed = {o.cause for o in criterion.observations if o.status is Status.FAILED}
    return next(iter(failed)) if criterion.status is Status.FAILED and len(failed) == 1 else ""


def _waiting(result: Result, failed: set[str]) -> tuple[CriterionResult, ...]:
    """The criteria that wait for those, and for nothing else, at first or second hand."""
    waiting: dict[str, CriterionResult] = {}
    for _ in result.criteria:  # a chain of requirements is no longer than the list
        more = {
            c.id: c
            for c in result.criteria
            if c.id not in waiting and c.blocked_by and {*c.blocked_by} <= failed | waiting.keys()
        }
        if not more:
            break
        waiting |= more
    return tuple(c for c in result.criteria if c.id in waiting)
