"""What a change of the checks leaves standing: an outcome is of its criteria, and most checks are not changed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from grader.course.ledger import Entry, Outcome

Known = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Part:
    """What has to be run again: the names of checks, without their parameters, and the criteria that they are of."""

    criteria: tuple[str, ...]
    checks: tuple[str, ...]


def stale_part(entry: Entry, outcome: Outcome | None, known: Known) -> Part | None:
    """The checks whose verdicts are not known any more, in the order of the manifest; ``None`` for all of them.

    Of a criterion that was passed those are what it rests on now and did not then: all others have been seen to pass.
    One that failed goes on failing where checks were only added, for whichever it was that failed is among them; else
    it is run as a whole when it changes, and so is one that was blocked when what it requires changes. ``known`` is
    what the criteria rested on, by the key of the checks.
    """
    if outcome is None or outcome.errored or outcome.tree != entry.tree_key or outcome.checks not in known:
        return None
    before, unmet = known[outcome.checks], {*outcome.failed, *outcome.blocked}
    criteria = [c for c in entry.module.criteria if not c.manual]
    asked = dict[str, set[str]]()
    for criterion in criteria:
        rule, *checks = entry.checks.criteria[criterion.id].split()
        rule_then, *checks_then = before.get(criterion.id, "none").split()
        if (rule, checks) != (rule_then, checks_then):
            is_whole = rule != rule_then or criterion.id in unmet
            if criterion.id in outcome.failed and rule == rule_then and set(checks_then) <= set(checks):
                continue
            asked[criterion.id] = set(checks) if is_whole else set(checks) - set(checks_then)
    count = -1
    while count != len(asked):
        count = len(asked)
        for criterion in criteria:
            if criterion.id in outcome.blocked and criterion.id not in asked and set(asked) & set(criterion.requires):
                asked[criterion.id] = set(entry.checks.criteria[criterion.id].split()[1:])
    names = [sorted(entry.checks.names[check] for check in asked.get(c.id, ())) for c in criteria]
    return Part(
        tuple(c.id for c in criteria if asked.get(c.id)), tuple(dict.fromkeys(name for own in names for name in own))
    )


def of_this_entry(entry: Entry, outcome: Outcome) -> Outcome:
    """The outcome, with all that it rests on."""
    return replace(outcome, key=entry.key, tree=entry.tree_key, checks=entry.checks.key)


def joined(entry: Entry, before: Outcome, part: Part, now: Outcome) -> Outcome:
    """``before``, with what is known ``now`` of the criteria of the part; the score is what passed of both.

    A criterion is blocked where one that it requires is not passed, whatever its own checks said, as in a grading of
    all. The fingerprint stays that of the older grader, if there were two.
    """
    statuses = dict[str, str]()
    for outcome, asked in ((before, False), (now, True)):
        for kind in ("failed", "blocked", "errored"):
            statuses |= {i: kind for i in getattr(outcome, kind) if (i in part.criteria) is asked}
    criteria, count = [c for c in entry.module.criteria if not c.manual], -1
    while count != len(statuses):
        count = len(statuses)
        statuses |= {c.id: "blocked" for c in criteria if set(c.requires) & set(statuses)}
    failed, blocked, errored = (
        tuple(c.id for c in criteria if statuses.get(c.id) == kind) for kind in ("failed", "blocked", "errored")
    )
    score = sum(c.points for c in criteria if c.id not in statuses)
    return of_this_entry(entry, Outcome("", score, failed, blocked, errored, before.grader))
