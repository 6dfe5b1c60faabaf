"""What is said of merged reviews, in sentences."""

from grader.review.alpha import FEWEST_GROUPS, RELIABLE, TENTATIVE, Agreement
from grader.review.merge import Together
from grader.review.nouns import Verdict


def outcome(said: Together) -> str:
    """``Ada and Grace agree: met.``, or who says what."""
    judging = [name for name, verdict in said.by_reviewer.items() if verdict is not Verdict.CANNOT_SAY]
    if said.verdict is Verdict.CANNOT_SAY:
        return f"{listed(list(said.by_reviewer))} cannot say."
    if said.verdict is None:
        return f"Disputed: {', '.join(f'{name} says {verdict}' for name, verdict in said.by_reviewer.items())}."
    if len(judging) == 1:
        return f"{judging[0]} says: {said.verdict}."
    return f"{listed(judging)} agree: {said.verdict}."


def listed(names: list[str]) -> str:
    """``Ada, Grace and Edsger``."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def alpha_sentence(found: Agreement) -> str:
    """What the agreement of a class is, and what may be concluded from it."""
    if not found.units:
        return "Nobody's verdict can be compared: no item was judged by two."
    rests = f"over {found.units} {'item' if found.units == 1 else 'items'} that two or more judged"
    if found.alpha is None:
        return f"All {found.values} verdicts {rests} are the same: where nothing differs, alpha says nothing."
    said = f"Krippendorff's alpha (ordinal) is {found.alpha:.2f}, {rests}"
    if found.interval is None:
        return f"{said}. Of fewer than {FEWEST_GROUPS} submissions nobody can say how sure that is."
    low, high = found.interval
    return f"{said}; with other submissions it would lie between {low:.2f} and {high:.2f}: {_meaning(low)}"


def _meaning(alpha: float) -> str:
    """What may be concluded, by the lower end of what alpha can be."""
    if alpha >= RELIABLE:
        return "their verdicts can be relied on."
    if alpha >= TENTATIVE:
        return "good for tentative conclusions only."
    if alpha > 0:
        return "too little to rely on; let them talk about what they see differently, and calibrate them."
    return "it may be no better than chance. Calibrate the reviewers, or have more submissions reviewed."
