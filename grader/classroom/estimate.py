"""How long it still takes, as honestly as it can be said: a range, and nothing before there is something to go by."""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, stdev

_FEWEST = 3
_SURE = 2.0  # standard deviations: about 19 times of 20
_LEAST_SPREAD = 0.1  # the next ones may be unlike those before in a way that none of them shows


def time_left(seconds: Sequence[float], left: int, workers: int) -> tuple[float, float] | None:
    """Between how many seconds the rest is likely to take, given how long each of those before took.

    Both what the mean is not known to and what single gradings differ by make the range wide. ``None`` before three
    were measured.
    """
    if len(seconds) < _FEWEST:
        return None
    if not left:
        return 0.0, 0.0
    mean, spread = fmean(seconds), stdev(seconds)
    of_sum = spread * sqrt(left + left * left / len(seconds))
    rest = mean * left
    wide = _SURE * max(of_sum, _LEAST_SPREAD * rest / _SURE)
    turns = -(-left // workers)  # the last turn is as long as if all workers were at work
    shared = min(workers, left)
    low = max(rest - wide, 0.0) / shared
    return low, max((rest + wide) / shared, mean * turns)


def in_words(left: tuple[float, float] | None) -> str:
    """Such as ``about 12 to 15 min left``."""
    if left is None:
        return "no estimate yet"
    low, high = left
    if high < 90:
        ends, unit = (round(low / 10) * 10.0, max(10.0, round(high / 10) * 10.0)), "s"
    elif high < 90 * 60:
        ends, unit = (float(round(low / 60)), float(round(high / 60))), "min"
    else:
        ends, unit = (round(low / 360) / 10, round(high / 360) / 10), "h"
    return f"about {ends[1]:g} {unit} left" if ends[0] == ends[1] else f"about {ends[0]:g} to {ends[1]:g} {unit} left"
