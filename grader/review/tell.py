"""Merged reviews in lines of text: who says what of each submission, and how far a class agrees."""

from collections import Counter
from collections.abc import Iterator

from grader.review.merge import Merged, agreement
from grader.review.words import alpha_sentence, listed, outcome

_FEW = 12  # submissions of which every item is listed; of more only what is disputed


def overview(merged: tuple[Merged, ...]) -> Iterator[str]:
    """Each submission with its items, then the agreement over all of them."""
    for one in merged:
        yield from _submission(one, only_disputed=len(merged) > _FEW)
    if len(merged) > 1:
        yield ""
        yield f"{len(merged)} submissions. {alpha_sentence(agreement(merged))}"
        yield from _by_item(merged)


def _submission(one: Merged, *, only_disputed: bool) -> Iterator[str]:
    names = [review.reviewer for review in one.reviews]
    disputed = len(one.disputed)
    state = f"{disputed} of {len(one.items)} items disputed" if disputed else "nothing disputed"
    yield f"{one.subject.assignment}, {one.subject.submission}: reviewed by {listed(names)}, {state}."
    for said in one.items:
        if said.verdict is None or not only_disputed:
            yield f"  {'≠' if said.verdict is None else '='} {said.item}: {outcome(said)}"
    if len(names) == 1:
        yield "  One reviewer alone: what another one would say is not known."


def _by_item(merged: tuple[Merged, ...]) -> Iterator[str]:
    """Item by item, the one with most disputes first: there the reviewers need a clearer question."""
    disputes = Counter(said.item for one in merged for said in one.disputed)
    for item, count in disputes.most_common():
        found = agreement(merged, item)
        alpha = "" if found.alpha is None else f", alpha {found.alpha:.2f}"
        yield f"  {item}: disputed in {count} of {sum(any(s.item == item for s in one.items) for one in merged)}{alpha}"
