"""Krippendorff's alpha: how far reviewers agree beyond what chance would bring about.

As in K. Krippendorff, *Computing Krippendorff's Alpha-Reliability* (University of Pennsylvania, 2011),
https://repository.upenn.edu/asc_papers/43. Any number of reviewers, each of whom may have left out anything.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

RELIABLE, TENTATIVE = 0.8, 0.667  # from the same author: rely on it; draw tentative conclusions only
FEWEST_GROUPS = 5  # of which an interval is told
_ROUNDS = 1_000
_SEED = 20_260_201

type Units[T] = Iterable[Sequence[T]]
type _Apart[T] = Callable[[T, T, Counter[T]], float]


@dataclass(frozen=True, slots=True)
class Agreement:
    """``alpha`` is 1 for perfect agreement, 0 for chance, below 0 for less than that.

    It is ``None`` where it says nothing: no unit has two values, or all values are one. ``units`` are those with two
    values or more, on which it rests, and ``values`` all that are in them. ``interval`` is where it lies in 95 of 100
    draws of as many groups of units, ``None`` for few groups.
    """

    alpha: float | None
    units: int
    values: int
    interval: tuple[float, float] | None = None


def nominal[T: Hashable](units: Units[T]) -> Agreement:
    """The agreement on values that are the same or are not; each unit has the values that it was given."""
    return _agreement([_coincidences(units)], lambda one, other, counts: float(one != other))


def ordinal[T: Hashable](units: Units[T], scale: Sequence[T]) -> Agreement:
    """The agreement on values of a scale, from its one end to the other: the farther apart, the worse.

    How far two are apart is how many values of all were given between them. Raises ``ValueError`` for a value that is
    not on the scale.
    """
    return ordinal_of_groups([units], scale)


def ordinal_of_groups[T: Hashable](groups: Iterable[Units[T]], scale: Sequence[T]) -> Agreement:
    """``ordinal`` over the units of all groups, with an interval.

    What is judged of one submission hangs together, so whole groups are drawn, and not units.
    """
    place = {value: index for index, value in enumerate(scale)}

    def apart(one: T, other: T, counts: Counter[T]) -> float:
        low, high = sorted((place[one], place[other]))
        between = sum(counts[value] for value in scale[low : high + 1])
        return float(between - (counts[one] + counts[other]) / 2) ** 2

    given = [_coincidences(units) for units in groups]
    if unknown := {value for group in given for value in group.values} - place.keys():
        raise ValueError(f"not on the scale: {sorted(map(str, unknown))}")
    return _agreement(given, apart)


@dataclass(frozen=True, slots=True)
class _Coincidences[T: Hashable]:
    """Of some units: how often two values met in one, each unit weighed by its values, and how often each was given."""

    pairs: Mapping[tuple[T, T], float]
    values: Counter[T]
    units: int


def _coincidences[T: Hashable](units: Units[T]) -> _Coincidences[T]:
    pairs = defaultdict[tuple[T, T], float](float)
    values: Counter[T] = Counter()
    pairable = [Counter(unit) for unit in units if len(unit) > 1]
    for unit in pairable:
        values.update(unit)
        for one in unit:
            for other in unit:
                if one != other:
                    pairs[one, other] += unit[one] * unit[other] / (unit.total() - 1)
    return _Coincidences(pairs, values, len(pairable))


def _agreement[T: Hashable](groups: list[_Coincidences[T]], apart: _Apart[T]) -> Agreement:
    judged = [group for group in groups if group.units]
    values = sum(group.values.total() for group in judged)
    alpha = _alpha(judged, apart)
    interval = _interval(judged, apart) if alpha is not None and len(judged) >= FEWEST_GROUPS else None
    return Agreement(alpha, sum(group.units for group in judged), values, interval)


def _alpha[T: Hashable](groups: Sequence[_Coincidences[T]], apart: _Apart[T]) -> float | None:
    pairs = defaultdict[tuple[T, T], float](float)
    counts: Counter[T] = Counter()
    for group in groups:
        for pair, weight in group.pairs.items():
            pairs[pair] += weight
        counts.update(group.values)
    if len(counts) < 2:
        return None
    squares = {(one, other): apart(one, other, counts) for one in counts for other in counts if one != other}
    observed = sum(pairs[pair] * square for pair, square in squares.items())
    expected = sum(counts[one] * counts[other] * square for (one, other), square in squares.items())
    return 1 - observed * (counts.total() - 1) / expected


def _interval[T: Hashable](groups: list[_Coincidences[T]], apart: _Apart[T]) -> tuple[float, float] | None:
    """Of draws of as many groups with repetition, the middle 95 of 100; those without two values say nothing."""
    draw = random.Random(_SEED)
    found = (_alpha(draw.choices(groups, k=len(groups)), apart) for _ in range(_ROUNDS))
    drawn = sorted(alpha for alpha in found if alpha is not None)
    return (drawn[int(0.025 * len(drawn))], drawn[int(0.975 * len(drawn))]) if drawn else None
