"""The time that is left, told as honestly as it is known."""

import random
from statistics import fmean

import pytest

from grader.classroom.estimate import in_words, time_left


def test_nothing_is_said_before_there_is_something_to_go_by() -> None:
    assert time_left([60.0, 61.0], 98, 2) is None
    assert in_words(None) == "no estimate yet"
    assert time_left([1.0, 1.0, 1.0], 0, 2) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("left", "said"),
    [
        ((0.0, 0.0), "about 0 to 10 s left"),
        ((8.0, 12.0), "about 10 s left"),
        ((31.0, 88.0), "about 30 to 90 s left"),
        ((700.0, 910.0), "about 12 to 15 min left"),
        ((718.0, 722.0), "about 12 min left"),
        ((5000.0, 9000.0), "about 1.4 to 2.5 h left"),
    ],
)
def test_words(left: tuple[float, float], said: str) -> None:
    assert in_words(left) == said


def test_the_range_holds_what_happens() -> None:
    """Of classes whose gradings differ as lognormal times do, nine of ten end within it."""
    draw = random.Random(19)
    held = 0
    for _ in range(300):
        spread = draw.choice((0.1, 0.4, 0.8))
        times = [60 * draw.lognormvariate(0, spread) for _ in range(110)]
        done = draw.choice((10, 30, 60))
        found = time_left(times[:done], len(times) - done, 2)
        assert found is not None
        held += found[0] <= sum(times[done:]) / 2 <= found[1]
    assert held >= 270


def test_it_narrows_with_what_is_known() -> None:
    draw = random.Random(7)
    times = [60 * draw.lognormvariate(0, 0.3) for _ in range(100)]
    widths = []
    for done in (5, 20, 80):
        found = time_left(times[:done], 100 - done, 2)
        assert found is not None
        widths.append((found[1] - found[0]) / (fmean(times) * (100 - done)))
    assert widths[0] > widths[1]
