"""How a title becomes the last part of an address. Pure: who asks brings the taken slugs."""

from collections.abc import Callable, Iterator
from itertools import count, islice

from django.utils.text import slugify

MAX_LENGTH = 220

# How often a save looks for the next free slug after losing a race. Of those who save one title at
# the same moment one wins in each round, so that up to so many all succeed.
ATTEMPTS = 20


def stem(text: str, *, fallback: str) -> str:
    """The slug of a text, or the fallback where nothing of it is left ("日本語", "!!!")."""
    return slugify(text)[:MAX_LENGTH].strip("-_") or fallback


def numbered(stem: str) -> Iterator[str]:
    """`stem`, `stem-2`, `stem-3` … without end, none longer than MAX_LENGTH."""
    yield stem
    for number in count(2):
        suffix = f"-{number}"
        yield stem[: MAX_LENGTH - len(suffix)].rstrip("-_") + suffix


def free(stem: str, taken_among: Callable[[list[str]], set[str]]) -> Iterator[str]:
    """The numbered slugs that are not taken, in order.

    Asks about a few candidates at first and about twice as many each time, so that the
    thousandth "Hello" costs eight questions and the first one costs one.
    """
    candidates = numbered(stem)
    size = 8
    while True:
        batch = list(islice(candidates, size))
        taken = taken_among(batch)
        yield from (slug for slug in batch if slug not in taken)
        size *= 2
