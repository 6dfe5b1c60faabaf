"""What a change of the checks leaves standing: an outcome is of its criteria, and most are not reached by a change."""

from collections.abc import Mapping
from dataclasses import replace

from grader.course.ledger import Entry, Outcome

Known = Mapping[str, Mapping[str, str]]


def stale_criteria(entry: Entry, outcome: Outcome | None, known: Known) -> tuple[str, ...] | None:
    """The criteria whose verdicts do not stand any more, in the order of the manifest; ``None`` for all of them.

    Those that rest on something else now, and those that require one of them, since they may have been blocked by it.
    ``known`` is what the criteria rested on, by the key of the checks.
    """
    if outcome is None or outcome.errored or outcome.tree != entry.tree_key or outcome.checks not in known:
        return None
    before = known[outcome.checks]
    stale = {criterion for criterion, key in entry.checks.criteria.items() if before.get(criterion) != key}
    count = -1
    while count != len(stale):
        count = len(stale)
        stale |= {c.id for c in entry.module.criteria if stale & set(c.requires)}
    return tuple(c.id for c in entry.module.criteria if c.id in stale and not c.manual)


def of_this_entry(entry: Entry, outcome: Outcome) -> Outcome:
    """The outcome, with all that it rests on."""
    return replace(outcome, key=entry.key, tree=entry.tree_key, checks=entry.checks.key)


def joined(entry: Entry, before: Outcome, asked: tuple[str, ...], now: Outcome) -> Outcome:
    """``before``, with what is known ``now`` of the criteria that were ``asked`` for; the score is what passed of both.

    The fingerprint stays that of the older grader, if there were two.
    """

    def of(kind: str) -> tuple[str, ...]:
        kept = set(getattr(before, kind)) - set(asked)
        new = set(getattr(now, kind)) & set(asked)
        return tuple(c.id for c in entry.module.criteria if c.id in kept | new)

    failed, blocked, errored = of("failed"), of("blocked"), of("errored")
    not_passed = {*failed, *blocked, *errored}
    score = sum(c.points for c in entry.module.criteria if not c.manual and c.id not in not_passed)
    return of_this_entry(entry, Outcome("", score, failed, blocked, errored, before.grader))
