"""Several reviews brought together: where they agree, where they do not, and how far they do in a class."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from grader.domain.errors import UsageError_
from grader.review.alpha import Agreement, ordinal_of_groups
from grader.review.nouns import SCALE, Review, Subject, Verdict


@dataclass(frozen=True, slots=True)
class Together:
    """What the reviewers of one submission say of one item; ``verdict`` is ``None`` where they disagree."""

    item: str
    sentence: str
    by_reviewer: Mapping[str, Verdict]
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Merged:
    """All reviews of one submission, by the names of their reviewers."""

    subject: Subject
    reviews: tuple[Review, ...]
    items: tuple[Together, ...]

    @property
    def disputed(self) -> tuple[Together, ...]:
        """The items of which they say different things."""
        return tuple(item for item in self.items if item.verdict is None)


def merge(reviews: Iterable[Review]) -> tuple[Merged, ...]:
    """The reviews by submission, in the order in which the first of each was given.

    Raises:
        UsageError_: somebody reviewed one submission twice, or two reviews of it have other items.
    """
    groups: dict[tuple[str, str], list[Review]] = {}
    for review in reviews:
        groups.setdefault(review.subject.key, []).append(review)
    return tuple(_merged(sorted(group, key=lambda r: r.reviewer.casefold())) for group in groups.values())


def _merged(reviews: list[Review]) -> Merged:
    first = reviews[0]
    for one, other in pairwise(reviews):
        if one.reviewer.casefold() == other.reviewer.casefold():
            raise UsageError_(
                f"{one.path} and {other.path} are both by {one.reviewer}, of one submission",
                "Give the one that counts.",
            )
    for other in reviews:
        if other.answers.keys() != first.answers.keys():
            differing = sorted(other.answers.keys() ^ first.answers.keys())
            raise UsageError_(
                f"{first.path} and {other.path} do not answer the same items: only one has {', '.join(differing)}",
                f"Begin the older one anew: `grader review new … --from {other.path}` keeps what was written.",
            )
    items = tuple(
        _together(item, first.sentences.get(item, item), {r.reviewer: r.answers[item].verdict for r in reviews})
        for item in first.answers
    )
    return Merged(first.subject, tuple(reviews), items)


def _together(item: str, sentence: str, by_reviewer: Mapping[str, Verdict]) -> Together:
    """Whoever cannot say stands in nobody's way."""
    said = {verdict for verdict in by_reviewer.values() if verdict is not Verdict.CANNOT_SAY}
    verdict = Verdict.CANNOT_SAY if not said else said.pop() if len(said) == 1 else None
    return Together(item, sentence, by_reviewer, verdict)


def agreement(merged: Iterable[Merged], item: str | None = None) -> Agreement:
    """Krippendorff's alpha over the items of all submissions, or over one item of them; the scale is an order.

    A verdict that is no judgement is a value that is missing.
    """
    return ordinal_of_groups(
        (
            [[v for v in said.by_reviewer.values() if v.is_judged] for said in one.items if item in (None, said.item)]
            for one in merged
        ),
        SCALE,
    )
