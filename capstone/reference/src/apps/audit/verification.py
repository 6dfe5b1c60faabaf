# FILE SOLUTION 06
"""Whether the audit log is what was written: the whole chain, hashed once more."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Self

from audit.chain import GENESIS, digest_of
from audit.models import AuditEntry, AuditLink

# Entries in memory at a time.
BATCH = 1000
DIGITS = len(GENESIS)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place of the chain and its digest, as they were once noted outside of the database."""

    position: int
    digest: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """`POSITION:DIGEST`, as an earlier verification printed it. Raises ValueError."""
        place, _, digest = text.partition(":")
        is_digest = len(digest) == DIGITS and set(digest) <= set("0123456789abcdef")
        if not (place.isascii() and place.isdigit() and int(place) and is_digest):
            raise ValueError(text)
        return cls(int(place), digest)

    def __str__(self) -> str:
        return f"{self.position}:{self.digest}"


@dataclass(frozen=True, slots=True)
class Break:
    """The first row that is not what was written. `entry` is its id, None if that is gone too."""

    problem: str
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """How many entries are as they were written, up to where; and what is not, if anything."""

    entries: int
    head: Anchor | None
    broken: Break | None


def verify_chain(*, anchor: Anchor | None = None) -> Verification:
    """Hash every entry again, in order, and look for entries beside the chain.

    What was cut off at the end, with its links, leaves a shorter chain that is whole: only an
    anchor shows it. Likewise for whoever computes the whole chain anew.
    """
    head, broken = _follow(anchor)
    stray = AuditEntry.objects.filter(link__isnull=True).order_by("pk").first()
    if stray and (broken is None or (broken.entry or 0) > stray.pk):
        broken = Break(
            "it is not in the chain: nobody wrote it by the service", stray.pk
        )
    return Verification(head.position if head else 0, head, broken)


def _follow(anchor: Anchor | None) -> tuple[Anchor | None, Break | None]:
    """The last place up to which all is well, and what breaks it."""
    head: Anchor | None = None
    for link, entry in _links():
        if problem := _problem(link, entry, head, anchor):
            return head, Break(problem, link.entry_id)
        head = Anchor(link.position, link.digest)
    last = head.position if head else 0
    if anchor and anchor.position > last:
        problem = (
            f"the log ends at position {last}, and position {anchor.position} was noted"
        )
        return head, Break(problem)
    return head, None


def _links() -> Iterator[tuple[AuditLink, AuditEntry | None]]:
    """Every link in order, with its entry if that is there."""
    for links in batched(AuditLink.objects.order_by("position").iterator(BATCH), BATCH):
        entries = AuditEntry.objects.in_bulk([link.entry_id for link in links])
        yield from ((link, entries.get(link.entry_id)) for link in links)


def _problem(
    link: AuditLink,
    entry: AuditEntry | None,
    head: Anchor | None,
    anchor: Anchor | None,
) -> str:
    """What is wrong with this link of the chain, of which all before is well; "" if nothing."""
    due, previous = (head.position + 1, head.digest) if head else (1, GENESIS)
    if link.position != due:
        return f"before it, position {due} was taken out of the chain"
    if link.previous != previous:
        return "it does not follow the entry before it"
    if entry is None:
        return "it was deleted"
    if link.digest != digest_of(entry, position=link.position, previous=previous):
        return "its content is not what was written"
    if anchor and anchor.position == link.position and anchor.digest != link.digest:
        return f"position {link.position} had another digest when it was noted"
    return ""
