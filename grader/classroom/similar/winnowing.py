"""Fingerprints of a file, by winnowing: few of its k-grams, chosen so that no long match can go unseen.

After S. Schleimer, D. S. Wilkerson and A. Aiken, "Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD
2003.
Of every ``WINDOW`` k-grams in a row the one with the least hash is chosen, the last of several. Hence two files that
share a run of ``GUARANTEE`` words or more share a fingerprint, wherever it stands in them, and no match of fewer than
``K`` words is ever seen.
"""

from array import array
from collections import deque
from collections.abc import Container, Iterator, Sequence

K = 24
WINDOW = 9
GUARANTEE = K + WINDOW - 1
_MASK = (1 << 64) - 1


def grams(words: Sequence[int], k: int = K) -> "array[int]":
    """The hash of each k-gram, by the place of its first word; empty where there are fewer words.

    Hashes have 64 bits, and are the same in every process of one Python.
    """
    return array("Q", [hash(tuple(words[at : at + k])) & _MASK for at in range(len(words) - k + 1)])


def winnow(hashes: Sequence[int], given: Container[int] = (), window: int = WINDOW) -> Iterator[tuple[int, int]]:
    """The fingerprints with their places, in order. What is ``given`` is never chosen.

    A file with fewer k-grams than a window has one: its least.
    """
    rising: deque[tuple[int, int]] = deque()  # each greater than the one before it: the first is the least
    chosen = -1
    first = min(window, len(hashes)) - 1
    for place, found in enumerate(hashes):
        if found not in given:
            while rising and rising[-1][0] >= found:
                rising.pop()
            rising.append((found, place))
        while rising and rising[0][1] <= place - window:
            rising.popleft()
        if place >= first and rising and rising[0][1] != chosen:
            chosen = rising[0][1]
            yield rising[0]
