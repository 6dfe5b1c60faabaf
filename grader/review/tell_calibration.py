"""What a calibration found, in words: lines for staff, and a page for each reviewer."""

from collections.abc import Iterator

from grader.report.escape import markdown, markdown_block, markdown_prose
from grader.review.alpha import Agreement, ordinal
from grader.review.calibrate import Fault, Key, Score
from grader.review.nouns import SCALE, Review
from grader.review.words import alpha_sentence, listed


def for_staff(key: Key, found: tuple[Score, ...], reviews: list[Review]) -> Iterator[str]:
    """Each reviewer against the truth; then each fault, and who saw it."""
    yield f"{key.assignment}: {len(key.faults)} faults planted, {len(key.sound)} criteria sound (seed {key.seed})."
    for score in found:
        placed = sum(seen.at_its_place for seen in score.seen)
        yield (
            f"  {score.reviewer}: saw {len(score.seen)} of {len(key.faults)} faults, {placed} of these at their place; "
            f"{_alarms(len(score.alarms), len(key.sound))}; {len(score.unsure) or 'none'} left open; "
            f"{_with_truth(score.agreement)}."
        )
    yield ""
    for fault in key.faults:
        saw = [score.reviewer for score in found if any(seen.fault is fault for seen in score.seen)]
        yield f"  {fault.mutant} ({', '.join(fault.criteria)}): {f'seen by {listed(saw)}' if saw else 'seen by nobody'}"
    if len(reviews) > 1:
        units = ([v for r in reviews if (v := r.answers[name].verdict).is_judged] for name in key.titles)
        yield f"Among each other: {alpha_sentence(ordinal(units, SCALE))}"


def _alarms(count: int, sound: int) -> str:
    return f"{count or 'none'} of {sound} sound criteria called wrong"


def _with_truth(found: Agreement) -> str:
    return (
        "no agreement with the truth can be told" if found.alpha is None else f"alpha with the truth {found.alpha:.2f}"
    )


def for_reviewer(key: Key, score: Score) -> str:
    """The page that tells a reviewer what they saw and missed, with each fault as a difference to what is right."""
    return "\n".join(_page(key, score)) + "\n"


def _page(key: Key, score: Score) -> Iterator[str]:
    yield f"# What {markdown(score.reviewer)} saw"
    yield ""
    yield f"{len(score.seen)} of {len(key.faults)} planted faults; {_alarms(len(score.alarms), len(key.sound))}."
    yield ""
    for seen in score.seen:
        elsewhere = "" if seen.at_its_place else " Your evidence does not lead to its place: see where it is."
        yield from _fault(key, seen.fault, "✓ You saw it.", elsewhere)
    for fault in score.missed:
        yield from _fault(key, fault, "✗ You did not see it.", "")
    for title, names in (
        ("Called wrong, and is right", score.alarms),
        ("You could not say, or said that it does not apply", score.unsure),
    ):
        if names:
            yield f"## {title}"
            yield ""
            yield from (f"- {markdown_prose(key.titles[name])}" for name in names)
            yield ""


def _fault(key: Key, fault: Fault, verdict: str, more: str) -> Iterator[str]:
    yield f"## {markdown(fault.title)}"
    yield ""
    yield f"{verdict}{more} Because of it these do not hold:"
    yield ""
    yield from (f"- {markdown_prose(key.titles[name])}" for name in fault.criteria)
    yield ""
    yield "The lines with a plus are in what you reviewed, those with a minus would be right:"
    yield ""
    yield markdown_block(fault.diff, "diff")
    yield ""
