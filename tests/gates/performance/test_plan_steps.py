"""Plans as PostgreSQL 17 writes them, cut to what is read: what is costly, and the index that would spare it."""

from collections.abc import Mapping
from typing import Any

import pytest

from grader.gates.performance.plan_steps import SORTED_AT_MOST, Step, costly

TABLES = ("posts_post", "comments_comment")
KEYS = ["posts_post.created_at DESC", "posts_post.id DESC"]
ORDER = ("-created_at", "-id")


def scan(kind: str = "Seq Scan", rows: float = 20, **more: Any) -> dict[str, Any]:
    """A scan of posts that returned so many rows."""
    return {"Node Type": kind, "Relation Name": "posts_post", "Actual Rows": rows, "Actual Loops": 1, **more}


def over(kind: str, below: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A step above another one, which gives 20 of its rows."""
    return {"Node Type": kind, "Actual Rows": 20, "Actual Loops": 1, "Plans": [below], **more}


def found(plan: Mapping[str, Any]) -> list[Step]:
    """What is costly in a plan."""
    return list(costly(plan, TABLES))


def test_a_table_that_is_read_whole_is_found_with_its_filter_and_order() -> None:
    below = scan(rows=800, **{"Filter": "((status)::text = 'draft'::text)", "Rows Removed by Filter": 19_200})
    plan = over("Limit", over("Sort", below, **{"Sort Key": KEYS}))
    assert found(plan) == [Step("reads", "posts_post", 20_000, ("status",), ORDER)]


def test_a_sort_that_is_fed_with_many_rows_is_found() -> None:
    below = scan("Bitmap Heap Scan", rows=1_000, Filter="(category_id = 3)")
    plan = over("Limit", over("Sort", below, **{"Sort Key": KEYS}))
    assert found(plan) == [Step("sorts", "posts_post", 1_000, ("category_id",), ORDER)]


@pytest.mark.parametrize("kind", ["Sort", "Incremental Sort"])
@pytest.mark.parametrize(("rows", "loops", "count"), [(SORTED_AT_MOST, 1, 0), (SORTED_AT_MOST + 1, 1, 1), (30, 10, 1)])
def test_what_a_sort_is_fed_with_counts_in_all_its_rounds(kind: str, rows: int, loops: int, count: int) -> None:
    below = scan("Index Scan", rows=rows) | {"Actual Loops": loops}
    assert len(found(over(kind, below, **{"Sort Key": KEYS}))) == count


def test_control_a_page_by_its_index_costs_nothing() -> None:
    assert found(over("Limit", over("Nested Loop", scan("Index Scan Backward", rows=21)))) == []


def test_control_a_small_table_may_be_read_whole() -> None:
    assert found(scan() | {"Relation Name": "posts_tag"}) == []


def test_what_nobody_counted_convicts_nobody_of_sorting() -> None:
    estimated = {"Node Type": "Index Scan", "Relation Name": "posts_post", "Plan Rows": 9_000}
    assert found({"Node Type": "Sort", "Sort Key": KEYS, "Plans": [estimated]}) == []


def joined(*scans: Mapping[str, Any], keys: list[str]) -> dict[str, Any]:
    """A sort of 900 rows that were joined from these scans."""
    join = {"Node Type": "Nested Loop", "Actual Rows": 900, "Actual Loops": 1, "Plans": list(scans)}
    return over("Sort", join, **{"Sort Key": keys})


USERS = {"Node Type": "Index Scan", "Relation Name": "accounts_user", "Alias": "accounts_user", "Actual Rows": 1}


def test_of_a_join_that_is_sorted_the_table_of_the_order_is_named() -> None:
    posts = scan("Bitmap Heap Scan", rows=900, Alias="posts_post")
    posts["Recheck Cond"] = "(category_id = (InitPlan 1).col1)"
    assert found(joined(USERS, posts, keys=KEYS)) == [Step("sorts", "posts_post", 900, ("category_id",), ORDER)]


def test_a_join_that_is_sorted_by_both_sides_names_no_index() -> None:
    posts = scan("Index Scan", rows=900, Alias="posts_post")
    assert found(joined(USERS, posts, keys=[*KEYS, "accounts_user.username"])) == [Step("sorts", "", 900)]


def test_what_is_read_whole_and_then_sorted_is_one_fault() -> None:
    assert [step.kind for step in found(joined(USERS, scan(rows=900, Alias="posts_post"), keys=KEYS))] == ["reads"]


def test_a_query_inside_the_query_feeds_no_sort() -> None:
    plan = over("Sort", scan("Index Scan", rows=20), **{"Sort Key": KEYS})
    plan["Plans"].insert(0, scan("Index Scan", rows=900) | {"Parent Relationship": "InitPlan"})
    assert found(plan) == []


@pytest.mark.parametrize("odd", [{}, {"Node Type": 3}, {"Plans": [7, None]}, {"Node Type": "Sort", "Plans": []}])
def test_what_is_no_plan_has_nothing_costly(odd: Mapping[str, Any]) -> None:
    assert found(odd) == []


@pytest.mark.parametrize(
    ("condition", "held"),
    [
        ("(author_id = 3)", ("author_id",)),
        ("((NOT is_removed) AND ((status)::text = 'approved'::text))", ("is_removed", "status")),
        ("(((status)::text = 'published'::text) OR (author_id = 2))", ()),
        ("(published_at > '2020-01-01 00:00:00+00'::timestamp with time zone)", ()),
        ("(lower((title)::text) = 'x'::text)", ()),
        ("(post_id = posts_post.id)", ()),
        ("(category_id = (InitPlan 1).col1)", ("category_id",)),
    ],
)
def test_only_what_is_compared_with_one_value_begins_an_index(condition: str, held: tuple[str, ...]) -> None:
    assert found(scan(Filter=condition))[0].held == held


@pytest.mark.parametrize(
    ("index", "serves"),
    [
        (("status", "author_id", "-created_at", "-id"), True),
        (("author_id", "status", "-created_at", "-id", "title"), True),
        (("author_id", "status", "created_at", "id"), True),
        (("author_id", "status", "-created_at", "id"), False),
        (("author_id", "-created_at", "-id"), False),
        (("author_id", "status"), False),
        ((), False),
    ],
)
def test_an_index_serves_by_its_first_columns(index: tuple[str, ...], serves: bool) -> None:
    assert Step("reads", "posts_post", 9, ("author_id", "status"), ORDER).is_served_by(index) is serves
