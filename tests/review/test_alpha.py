"""Krippendorff's alpha against worked examples that were published."""

import random

import pytest

from grader.review.alpha import Agreement, nominal, ordinal, ordinal_of_groups

# K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), https://repository.upenn.edu/asc_papers/43:
# sections A (binary, two observers), B (nominal, two observers), C and D (four observers, values missing).
BINARY = ("0100000010", "1110010000")
JON_AND_HAN = ("aabbdcccedda", "babbbccceddd")
FOUR = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
# The example of the article on Krippendorff's alpha in Wikipedia: three coders, fifteen units.
THREE = (".....34121133.3", "1.213343.......", "..21344.21133.4")


def units(rows: tuple[str, ...]) -> list[str]:
    """The columns of a table of one row for each observer, where a point is a value that is missing."""
    return ["".join(values).replace(".", "") for values in zip(*rows, strict=True)]


@pytest.mark.parametrize(
    ("rows", "alpha"),
    [(BINARY, 0.095), (JON_AND_HAN, 0.692), (FOUR, 0.743), (THREE, 0.691)],
    ids=["binary", "two observers", "four observers", "three coders"],
)
def test_nominal_examples_come_out_as_published(rows: tuple[str, ...], alpha: float) -> None:
    assert nominal(units(rows)).alpha == pytest.approx(alpha, abs=0.0005)


def test_the_ordinal_example_comes_out_as_published() -> None:
    found = ordinal(units(FOUR), "12345")
    assert found.alpha == pytest.approx(0.815, abs=0.0005)
    assert (found.units, found.values) == (11, 40)  # the twelfth unit has one value, and pairs with none


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], Agreement(None, 0, 0)),
        (["1", "2", ""], Agreement(None, 0, 0)),
        (["11", "111"], Agreement(None, 2, 5)),
        (["11", "22"], Agreement(1.0, 2, 4)),
    ],
    ids=["nothing", "nobody twice", "one value only", "perfect"],
)
def test_it_says_nothing_where_nothing_can_be_said(given: list[str], expected: Agreement) -> None:
    assert nominal(given) == ordinal(given, "123") == expected


def test_of_two_values_a_scale_says_the_same_as_names() -> None:
    assert ordinal(units(BINARY), "01").alpha == pytest.approx(nominal(units(BINARY)).alpha)


def test_neighbours_on_the_scale_agree_more_than_its_ends() -> None:
    base = ["11", "22", "33", "11", "33"]
    near, far = (ordinal([*base, unit], "123").alpha for unit in ("12", "13"))
    assert near is not None
    assert far is not None
    assert near > far
    assert nominal([*base, "12"]).alpha != pytest.approx(near)


def test_dice_agree_as_chance_does() -> None:
    draw = random.Random(7)
    thrown = [[draw.choice("123") for _ in range(3)] for _ in range(4000)]
    for found in (nominal(thrown), ordinal(thrown, "123")):
        assert found.alpha == pytest.approx(0, abs=0.03)


def test_who_gave_a_value_makes_no_difference() -> None:
    draw = random.Random(3)
    shuffled = [draw.sample(unit, len(unit)) for unit in units(FOUR)]
    assert ordinal(shuffled, "12345") == ordinal(units(FOUR), "12345")


def test_a_value_off_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="9"):
        ordinal(["19"], "123")


@pytest.mark.parametrize(("submissions", "widest"), [(8, 1.2), (200, 0.25)])
def test_how_sure_it_is_goes_by_the_number_of_submissions(submissions: int, widest: float) -> None:
    """Reviewers who see the same in four of five, and else give what comes."""
    draw = random.Random(submissions)

    def unit() -> list[str]:
        truth = draw.choice("123")
        return [truth if draw.random() < 0.8 else draw.choice("123") for _ in range(2)]

    groups = [[unit() for _ in range(6)] for _ in range(submissions)]
    found = ordinal_of_groups(groups, "123")
    assert found == ordinal_of_groups(groups, "123")  # nothing of it is left to chance
    assert found.alpha == pytest.approx(ordinal([u for group in groups for u in group], "123").alpha)
    assert found.interval is not None
    low, high = found.interval
    assert low < found.alpha < high
    assert high - low < widest


def test_of_few_submissions_nobody_knows_how_sure_it_is() -> None:
    assert ordinal_of_groups([["11", "23"], ["22"], ["33", "13"], ["11"], ["1"]], "123").interval is None
    assert ordinal_of_groups([["11"]] * 9, "123") == Agreement(None, 9, 18)
