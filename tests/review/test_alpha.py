"""Krippendorff's alpha against examples that are worked out by hand, and against its definition."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from statistics import fmean

import pytest

from grader.review.alpha import Agreement, nominal, ordinal, ordinal_of_groups

BINARY = ("0100000010", "1110010000")
TWO = ("aabbdcccedda", "babbbccceddd")
FOUR = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
THREE = (".....34121133.3", "1.213343.......", "..21344.21133.4")


def units(rows: tuple[str, ...]) -> list[str]:
    """The columns of a table of one row for each observer, where a point is a value that is missing."""
    return ["".join(values).replace(".", "") for values in zip(*rows, strict=True)]


@dataclass(frozen=True)
class Worked:
    """An example that is worked out by hand.

    ``met`` says of each unit how often its values meet in it, each pair in both orders: in a unit of m values there
    are m (m - 1) ordered pairs, each worth 1 / (m - 1), so that the unit is worth its m values. ``matrix`` is their
    sum, the coincidence matrix; ``given``, the sums of its rows, is how often each value was given in units that
    count. ``apart`` are squared differences of two values. From these

        observed = sum of matrix[c, k] * apart[c, k] over all c and k that differ, both orders
        expected = sum of given[c] * given[k] * apart[c, k] over the same
        alpha    = 1 - (n - 1) * observed / expected, where n is the sum of given
    """

    met: tuple[tuple[str, dict[str, int | Fraction]], ...]
    matrix: dict[str, int]
    given: dict[str, int]
    apart: dict[str, Fraction]
    observed: Fraction
    expected: Fraction
    alpha: Fraction


# Two reviewers and names: every unit has two values, so each meeting counts once in each order.
NAMES = Worked(
    met=(
        ("ab", {"ab": 1, "ba": 1}),
        ("aa", {"aa": 2}),
        ("bb", {"bb": 2}),
        ("bb", {"bb": 2}),
        ("db", {"db": 1, "bd": 1}),
        ("cc", {"cc": 2}),
        ("cc", {"cc": 2}),
        ("cc", {"cc": 2}),
        ("ee", {"ee": 2}),
        ("dd", {"dd": 2}),
        ("dd", {"dd": 2}),
        ("ad", {"ad": 1, "da": 1}),
    ),
    #        a: 2+1+1     b: 1+4+1     c: 6     d: 1+1+4     e: 2
    matrix={"aa": 2, "ab": 1, "ad": 1, "ba": 1, "bb": 4, "bd": 1, "cc": 6, "da": 1, "db": 1, "dd": 4, "ee": 2},
    given={"a": 4, "b": 6, "c": 6, "d": 6, "e": 2},
    apart=dict.fromkeys(map("".join, permutations("abcde", 2)), Fraction(1)),
    observed=Fraction(6),  # ab, ba, ad, da, bd, db
    expected=Fraction(24 * 24 - (4 * 4 + 6 * 6 + 6 * 6 + 6 * 6 + 2 * 2)),  # all pairs but those of equal values: 448
    alpha=1 - Fraction(23 * 6, 448),  # 0.692
)
# Three reviewers and a scale, with verdicts missing. A unit of three values has six ordered pairs, each worth a half.
SCALE = Worked(
    met=(
        ("112", {"11": 1, "12": 1, "21": 1}),  # 1 and 1 meet twice, 1 and 2 twice in each order: times a half
        ("22", {"22": 2}),
        ("332", {"33": 1, "32": 1, "23": 1}),
        ("1", {}),  # nobody to agree with: it does not count
        ("13", {"13": 1, "31": 1}),
    ),
    matrix={"11": 1, "12": 1, "13": 1, "21": 1, "22": 2, "23": 1, "31": 1, "32": 1, "33": 1},
    given={"1": 3, "2": 4, "3": 3},
    apart={
        # From the middle of the one to the middle of the other: half of both, and all that are between them.
        **dict.fromkeys(("12", "21"), Fraction(3 + 4, 2) ** 2),  # 12.25
        **dict.fromkeys(("23", "32"), Fraction(4 + 3, 2) ** 2),  # 12.25
        **dict.fromkeys(("13", "31"), (Fraction(3 + 3, 2) + 4) ** 2),  # 49
    },
    observed=2 * (Fraction(49, 4) + Fraction(49, 4) + 49),  # 147
    expected=2 * (3 * 4 * Fraction(49, 4) + 4 * 3 * Fraction(49, 4) + 3 * 3 * 49),  # 1,470
    alpha=1 - Fraction(9 * 147, 1470),  # 0.1
)


@pytest.mark.parametrize("example", [NAMES, SCALE], ids=["two reviewers and names", "a scale, and verdicts missing"])
def test_each_step_of_the_examples_follows_from_the_one_before(example: Worked) -> None:
    matrix: Counter[str] = Counter()
    for unit, met in example.met:
        matrix.update(met)
        assert sum(met.values()) == (len(unit) if len(unit) > 1 else 0)
    assert matrix == example.matrix
    assert {c: sum(n for pair, n in matrix.items() if pair[0] == c) for c in example.given} == example.given
    assert Counter(value for unit, met in example.met if met for value in unit) == example.given
    assert sum(matrix[pair] * apart for pair, apart in example.apart.items()) == example.observed
    given = example.given
    assert sum(given[one] * given[two] * apart for (one, two), apart in example.apart.items()) == example.expected
    n = sum(given.values())
    assert 1 - (n - 1) * example.observed / example.expected == example.alpha


def test_examples_come_out_as_worked_by_hand() -> None:
    names = [unit for unit, _ in NAMES.met]
    assert names == units(TWO)
    assert nominal(names) == Agreement(pytest.approx(float(NAMES.alpha)), 12, 24)  # type: ignore[arg-type]
    verdicts = [unit for unit, _ in SCALE.met]
    assert ordinal(verdicts, "123") == Agreement(pytest.approx(0.1), 4, 10)  # type: ignore[arg-type]
    # As names, every two that differ are one apart: 6 observed, 10 * 10 - (9 + 16 + 9) = 66 expected.
    assert nominal(verdicts).alpha == pytest.approx(1 - 9 * 6 / 66)


def by_definition(given: Sequence[Sequence[str]], apart: Callable[[str, str], float]) -> float | None:
    """Alpha by its definition: how far apart two values of one unit are on the average, by how far any two are.

    Each value that has others in its unit counts once, whatever the number of these.
    """
    pairable = [unit for unit in given if len(unit) > 1]
    values = [value for unit in pairable for value in unit]
    if len(set(values)) < 2:
        return None
    within = [fmean(apart(one, two) for j, two in enumerate(u) if i != j) for u in pairable for i, one in enumerate(u)]
    return 1 - fmean(within) / fmean(apart(one, two) for one, two in permutations(values, 2))


def rank_apart(given: Sequence[Sequence[str]]) -> Callable[[str, str], float]:
    """Squared difference of the mean ranks that two values have among all that count."""
    ordered = sorted(value for unit in given if len(unit) > 1 for value in unit)
    rank = {v: fmean(place for place, other in enumerate(ordered) if other == v) for v in set(ordered)}
    return lambda one, two: (rank[one] - rank[two]) ** 2


@pytest.mark.parametrize("seed", range(40))
def test_random_reviews_come_out_as_the_definition_says(seed: int) -> None:
    draw = random.Random(seed)
    values, reviewers, missing = "12345"[: draw.randint(2, 5)], draw.randint(2, 5), draw.random() * 0.7
    given = [
        [draw.choice(values) for _ in range(reviewers) if draw.random() >= missing] for _ in range(draw.randint(1, 25))
    ]
    for found, apart in (
        (nominal(given), lambda one, two: float(one != two)),
        (ordinal(given, values), rank_apart(given)),
    ):
        expected = by_definition(given, apart)
        assert (found.alpha is None) == (expected is None)
        assert expected is None or found.alpha == pytest.approx(expected)


@pytest.mark.parametrize("rows", [BINARY, TWO, FOUR, THREE], ids=["binary", "two", "four", "three"])
def test_tables_of_reviewers_come_out_as_the_definition_says(rows: tuple[str, ...]) -> None:
    given = units(rows)
    assert nominal(given).alpha == pytest.approx(by_definition(given, lambda one, two: float(one != two)))
    scale = sorted(set("".join(given)))
    assert ordinal(given, scale).alpha == pytest.approx(by_definition(given, rank_apart(given)))


def test_what_one_alone_judged_does_not_count() -> None:
    found = ordinal(units(FOUR), "12345")
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
