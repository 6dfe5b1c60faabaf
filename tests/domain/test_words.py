"""Values in words: one line, bounded, and no more work than the words need."""

import json
import time
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.agent.scan import BODY, load
from grader.domain.comparison import compared
from grader.domain.words import code_list, field_list, words

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.binary()
    | st.decimals(allow_nan=True)
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.lists(inner).map(tuple),
)


@settings(deadline=None)
@given(VALUES)
def test_any_value_is_one_bounded_line_of_visible_characters(value) -> None:
    told = words(value)
    assert len(told) <= 300
    assert not [c for c in told if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("a\nb", "'a\\nb'"),
        ("a\u2028\x1b[31m\u202eb", "'a\\u2028\\x1b[31m\\u202eb'"),
        ("", "an empty text"),
        (["a", 1, None, True], "['a', 1, None, True]"),
        ({"a": (1, 2)}, "{'a': [1, 2]}"),
        (Decimal("1.50"), "Decimal('1.50')"),
        (b"x", "b'x'"),
    ],
)
def test_by_example(value, told) -> None:
    assert words(value) == told


HUGE = {
    "a text": "x" * (1 << 20),
    "bytes": b"\0" * (1 << 19),
    "texts": ["y" * 5_000] * 200,
    "lists in lists": load(b"[" * 60 + b"1," * 40_000 + b"1" + b"]" * 60, BODY),
    "a wide tree": json.loads("[" + ",".join(["[" + ",".join(["[1,2,3]"] * 40) + "]"] * 40) + "]"),
    "a number": 10**390,
}


@pytest.mark.parametrize("name", HUGE)
def test_a_huge_value_takes_no_longer_than_a_small_one(name: str) -> None:
    began = time.perf_counter()
    for _ in range(100):
        assert len(words(HUGE[name])) <= 300
    assert time.perf_counter() - began < 1.0


def test_a_comparison_in_words_is_bounded_too() -> None:
    expected, observed = compared("==", "a\n" * 100_000, ["b"] * 10_000)
    assert max(len(expected), len(observed)) <= 300
    assert "\n" not in expected + observed


def test_names_are_told_where_they_are_names() -> None:
    assert field_list(["__all__", "body"]) == "the whole, `body`"
    assert field_list(["title", "everything that was asked", "::error::x", "a" * 64]) == "`title`, 3 others"
    assert field_list([f"field_{n}" for n in range(9)]).endswith("`field_4`, 4 others")
    assert field_list([]) == "no field"
    assert code_list(["required", "was asked: x"]) == "required, 1 others"
    assert code_list([]) == "none"
