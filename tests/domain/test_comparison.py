"""What a comparison that failed expected and observed: side by side where short, else by where they differ."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.domain.comparison import compared
from grader.domain.words import Counted, same, words

ROWS = [{"title": f"Title {n}", "slug": f"title-{n}", "status": "published"} for n in range(12)]
CHANGED = [*ROWS[:8], {**ROWS[8], "title": "Another"}, *ROWS[9:]]


def test_long_collections_are_told_by_where_they_first_differ() -> None:
    assert compared("==", CHANGED, ROWS) == ("[8]['title']: 'Title 8'", "[8]['title']: 'Another'")
    assert compared("==", ROWS[:11], ROWS) == (f"[11]: {words(ROWS[11])}", "[11]: nothing")
    by_id = {"rows": dict(enumerate(ROWS))}
    assert compared("==", {"rows": dict(enumerate(CHANGED))}, by_id)[0] == "['rows'][8]['title']: 'Title 8'"
    assert compared("==", [1, 2], [1, 3]) == ("[1, 3]", "[1, 2]"), "short ones side by side"


@pytest.mark.parametrize(
    ("observed", "expected", "told"),
    [
        (["posts.slug"], [], ("an empty list", "['posts.slug']")),
        (None, [], ("an empty list", "None")),
        ({}, {"posts": 1}, ("{'posts': 1}", "an empty dict")),
        ({"posts"}, set(), ("an empty set", "{'posts'}")),
        ({2: 3, 1: 1}, {1: 0, 2: 2}, ("{1: 0, 2: 2}", "{1: 1, 2: 3}")),
        ({"x": 1, "b": 2, "a": 3}, {"a": 1, "b": 2}, ("{'a': 1, 'b': 2}", "{'a': 3, 'b': 2, 'x': 1}")),
    ],
)
def test_two_short_collections_are_read_side_by_side(observed: Any, expected: Any, told: tuple[str, str]) -> None:
    assert compared("==", observed, expected) == told


def test_what_an_empty_collection_should_not_be_reads_well() -> None:
    assert compared("!=", [], []) == ("anything but an empty list", "an empty list")


@given(st.recursive(st.integers() | st.text(), lambda c: st.lists(c) | st.dictionaries(st.text(), c), max_leaves=60))
def test_any_difference_is_bounded(value: object) -> None:
    expected, observed = compared("==", value, [value, ROWS])
    assert max(len(expected), len(observed)) <= 600


@pytest.mark.parametrize(
    ("op", "left", "right", "told"),
    [
        ("<=", {"A", "B"}, {"C"}, ("all of {", "not among them: 'A', 'B'")),
        (">=", {"C": 1}.keys(), {"C", "D"}, ("all of {", "not among them: 'D'")),
        ("<=", {1, 2, 3, 4, 5, 6, 7}, set(), ("all of {", "not among them: 1, 2, 3, 4, 5 and 2 more")),
        ("<", {1}, {1}, ("all of {", "the two are alike")),
    ],
)
def test_of_two_sets_what_is_missing_is_named(op: str, left: Any, right: Any, told: tuple[str, str]) -> None:
    """Whichever of the two is the project's: what should be among what, and which of it is not."""
    expected, observed = compared(op, left, right)
    assert (expected.startswith(told[0]), observed) == (True, told[1])


def test_a_number_says_what_it_is_a_number_of() -> None:
    ten, one = Counted(10, "{} query", "{} queries"), Counted(1, "{} query", "{} queries")
    assert compared("<=", ten, 3) == ("at most 3 queries", "10 queries")
    assert compared("==", 4, one) == ("1 query", "4 queries")
    assert compared("==", Counted(1, "exit status {}", "exit status {}"), 0) == ("exit status 0", "exit status 1")
    statuses = [Counted(status, "status {}", "status {}") for status in (200, 429)]
    assert compared("==", statuses, [200, 200]) == ("[200, 200]", "[200, 429]")
    assert compared("in", statuses[1], (200, 404)) == ("one of [200, 404]", "status 429")
    assert (words([one]), same(ten, 10), f"{ten}") == ("[1 query]", True, "10")
    assert not same(one, True)
    assert compared("==", ten, "x") == ("'x'", "10 queries")


@pytest.mark.parametrize(
    ("observed", "expected", "hint"),
    [
        ([None, None], [True, False], True),
        (None, True, True),
        ([None, True], [True, True], False),
        ([None], [None], False),
        (None, "text", False),
        (None, {}, False),
        ([], [True], False),
    ],
)
def test_nothing_but_none_is_told_with_where_that_comes_from(observed: Any, expected: Any, hint: bool) -> None:
    said = compared("==", observed, expected)[1]
    assert said.endswith(": a function without `return` gives None") is hint


MOMENT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_moments_are_told_as_moments() -> None:
    assert compared(">", MOMENT, MOMENT) == ("a moment after 2026-03-01 12:00:00+00:00", "the same: it did not move")
    later = compared(">", MOMENT - timedelta(days=1), MOMENT)
    assert later[1] == "2026-02-28 12:00:00+00:00"


def test_what_is_looked_for_in_a_list_is_expected_and_the_list_observed() -> None:
    wanted, there = ["status", "published_at"], [["author_id"], ["category_id"]]
    assert compared("in", wanted, there) == ("a list with ['status', 'published_at']", words(there))
    columns = ["author_id", "is_published"]
    assert compared("not in", "is_published", columns) == ("a list without 'is_published'", words(columns))
    assert compared("not in", "", {"a": ""}.values()) == ("a list without an empty text", words([""]))
    assert compared("in", "slug", {"id": 1}) == ("a dict with the key 'slug'", "{'id': 1}")
    assert compared("not in", "id", {"id": 1}.keys()) == ("a dict without the key 'id'", "['id']")
    assert compared("in", "a", set()) == ("a set with 'a'", "an empty set")
    assert compared("in", 500, (200, 201)) == ("one of [200, 201]", "500"), (
        "the control: a value is held against a list"
    )
