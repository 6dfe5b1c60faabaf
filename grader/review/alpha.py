"""Krippendorff's alpha: how far reviewers agree beyond what chance would bring about.

As in K. Krippendorff, *Computing Krippendorff's Alpha-Reliability* (University of Pennsylvania, 2011),
https://repository.upenn.edu/asc_papers/43. Any number of reviewers, each of whom may have left out anything.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

RELIABLE, TENTATIVE = 0.8, 0.667  # from the same author: rely on it; draw tentative conclusions only


@dataclass(frozen=True, slots=True)
class Agreement:
    """``alpha`` is 1 for perfect agreement, 0 for chance, below 0 for less than that.

    It is ``None`` where it says nothing: no unit has two values, or all values are one. ``units`` are those with two
    values or more, on which it rests, and ``values`` all that are in them.
    """

    alpha: float | None
    units: int
    values: int


def nominal[T: Hashable](units: Iterable[Sequence[T]]) -> Agreement:
    """The agreement on values that are the same or are not; each unit has the values that it was given."""
    return _alpha(units, lambda one, other, counts: float(one != other))


def ordinal[T: Hashable](units: Iterable[Sequence[T]], scale: Sequence[T]) -> Agreement:
    """The agreement on values of a scale, from its one end to the other: the farther apart, the worse.

    How far two are apart is how many values of all were given between them. Raises ``ValueError`` for a value that is
    not on the scale.
    """
    place = {value: index for index, value in enumerate(scale)}

    def apart(one: T, other: T, counts: Counter[T]) -> float:
        low, high = sorted((place[one], place[other]))
        between = sum(counts[value] for value in scale[low : high + 1])
        return float(between - (counts[one] + counts[other]) / 2) ** 2

    given = [tuple(unit) for unit in units]
    if unknown := {value for unit in given for value in unit} - place.keys():
        raise ValueError(f"not on the scale: {sorted(map(str, unknown))}")
    return _alpha(given, apart)


def _alpha[T: Hashable](units: Iterable[Sequence[T]], apart: Callable[[T, T, Counter[T]], float]) -> Agreement:
    pairable = [Counter(unit) for unit in units if len(unit) > 1]
    counts: Counter[T] = Counter()
    for unit in pairable:
        counts.update(unit)
    total = counts.total()
    found = Agreement(None, len(pairable), total)
    if len(counts) < 2:
        return found
    squares = {(one, other): apart(one, other, counts) for one in counts for other in counts if one != other}
    observed = sum(
        unit[one] * unit[other] * square / (unit.total() - 1)
        for unit in pairable
        for (one, other), square in squares.items()
    )
    expected = sum(counts[one] * counts[other] * square for (one, other), square in squares.items()) / (total - 1)
    return Agreement(1 - observed / expected, len(pairable), total)
