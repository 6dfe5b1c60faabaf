"""Which rows a queryset gives: the words in which a difference is told."""

from types import SimpleNamespace

import pytest

from grader.checkpoint import Failed, expect_rows

DRAFT, OUT, OLD = (
    SimpleNamespace(pk=pk, status=status) for pk, status in ((1, "draft"), (2, "published"), (3, "archived"))
)


def told(found: list[object], wanted: list[object], **options: bool) -> tuple[str, str]:
    with pytest.raises(Failed) as caught:
        expect_rows(found, wanted, of="published()", by=("status",), **options)
    return caught.value.expected, caught.value.observed


@pytest.mark.parametrize(
    ("found", "wanted", "expected", "observed"),
    [
        ([OUT, DRAFT], [OUT], "row 2", "row 1 besides (status 'draft')"),
        ([], [OUT], "row 2", "no row 2 (status 'published')"),
        ([DRAFT], [], "no row", "row 1 besides (status 'draft')"),
        ([OUT, OUT, OUT], [OUT], "row 2", "row 2 3 times"),
        ([DRAFT], [OLD, OUT], "rows 2, 3", "row 1 besides (status 'draft'); no row 3 (status 'archived') and 1 more"),
        ([1, 2], [2], "row 2", "row 1 besides"),
        ([SimpleNamespace(pk=[])], [], "", "[]"),
    ],
)
def test_what_differs_is_told(found: list[object], wanted: list[object], expected: str, observed: str) -> None:
    assert told(found, wanted) == (f"published() gives {expected}" if expected else "rows that have a key", observed)


def test_the_order_counts_where_it_is_said() -> None:
    expect_rows([OUT, DRAFT], [DRAFT, OUT], of="feed()")
    expect_rows([OUT, DRAFT], [OUT, DRAFT], of="feed()", ordered=True)
    assert told([DRAFT, OUT], [OUT, DRAFT], ordered=True) == (
        "published() gives rows 2, 1 in this order",
        "they come as 1, 2",
    )
