"""Task 6: three ways to go through a list: sizes, links, both ends, and lists that grow while somebody reads."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from urllib.parse import quote

import pytest

from grader.checkpoint import check, expect_that

SIZES = {"posts": "page_size", "comments": "page_size", "categories": "limit", "tags": "limit", "users": "page_size"}
NUMBERED = [name for name, size in SIZES.items() if size == "page_size" and name != "comments"]
COMMENTS = "comments_comment"
each = pytest.mark.parametrize("name", SIZES)


@pytest.fixture
def fill(api, rows):
    """``fill("posts", 30)`` makes so many that all in the list are so many; gives the ids of all."""

    def make(name, number):
        match name:
            case "posts":
                made = rows.posts({"state": "out"} for _ in range(number))
            case "comments":
                post = rows.post(state="out")
                made = rows.comments({"post": post, "status": "approved"} for _ in range(number))
            case "users":
                made = rows.users({} for _ in range(number - len(api.people)))
            case _:
                made = getattr(rows, name)({} for _ in range(number))
        there = [person.id for person in api.people.values()] if name == "users" else []
        return sorted([*there, *(row.id for row in made)])

    return make


def ids(pages):
    """The ids of several pages, in their order."""
    return [one["id"] for page in pages for one in page["results"]]


@check("api.pages", seconds=90)
@each
def test_sizes(page, fill, name):
    """There are 20 rows to a page, or as many as were asked for from 1 to 100; `count` is the number of all."""
    fill(name, 101)
    for query, size in (("", 20), (f"?{SIZES[name]}=1", 1), (f"?{SIZES[name]}=99", 99), (f"?{SIZES[name]}=100", 100)):
        found = page(f"/{name}/{query}")
        assert len(found["results"]) == size
        if name == "comments":
            assert "count" not in found
        else:
            assert found.get("count") == 101


@check("api.pages", seconds=90)
@each
def test_links(page, walk, leads_to, fill, name):
    """`next` leads through all pages and gives each row once, `previous` back; at the ends both are null."""
    wanted = fill(name, 13)
    pages = walk(f"/{name}/?{SIZES[name]}=5")
    assert [len(found["results"]) for found in pages] == [5, 5, 3]
    assert sorted(ids(pages)) == wanted
    assert pages[0]["previous"] is None
    for before, found in pairwise(pages):
        expect_that(found["previous"] is not None, expected="`previous` on every page but the first", observed="null")
        assert ids([page(leads_to(found["previous"]))]) == ids([before])


@check("api.pages", seconds=90)
@pytest.mark.parametrize("name", NUMBERED)
def test_numbered_pages(api, page, fill, name):
    """A `page` is the same as by `next`; the last one may be full, and beyond it is 404."""
    wanted = fill(name, 15)
    pages = [page(f"/{name}/?page_size=5&page={number}") for number in (1, 2, 3)]
    assert sorted(ids(pages)) == wanted
    assert [(found["previous"] is None, found["next"] is None) for found in pages] == [
        (True, False),
        (False, False),
        (False, True),
    ]
    for beyond in (4, 5, 1_000_000):
        api.get(f"/{name}/?page_size=5&page={beyond}", as_="admin").expect(404)
    api.get(f"/{name}/?page=2", as_="admin").expect(404)
    api.get(f"/{name}/?page=999999999", as_="admin").expect(404, 400)


@check("api.pages", seconds=90)
@pytest.mark.parametrize("name", ["categories", "tags"])
def test_offsets(page, fill, name):
    """An `offset` leaves out so many rows; beyond the last one is a page without rows, and the same `count`."""
    fill(name, 7)
    whole = ids([page(f"/{name}/")])
    for query, wanted in (
        ("?limit=2&offset=3", whole[3:5]),
        ("?offset=4", whole[4:]),
        ("?offset=0&limit=7", whole),
        ("?limit=3&offset=6", whole[6:]),
        ("?offset=7", []),
        ("?offset=8&limit=1", []),
        ("?offset=1000000", []),
    ):
        found = page(f"/{name}/{query}")
        assert ids([found]) == wanted
        assert found.get("count") == 7


@check("api.pages", seconds=90)
def test_links_keep_what_was_asked(walk, rows, rng):
    """`next` keeps filters and sizes; `count` is the number of rows that the filters leave, on every page."""
    author, post = rows.user(), rows.post(state="out")
    mine = rows.posts({"state": "draft", "author": author} for _ in range(7))
    rows.posts({"state": state} for state in ("draft", "draft", "out"))
    spoken = rows.comments({"post": post, "author": author} for _ in range(5))
    rows.comments({"post": post} for _ in range(3))
    pages = walk(f"/posts/?author={author.username}&page_size=3&status=draft")
    assert [len(found["results"]) for found in pages] == [3, 3, 1]
    assert sorted(ids(pages)) == [row.id for row in mine]
    assert [found.get("count") for found in pages] == [7, 7, 7]
    pages = walk(f"/comments/?page_size=2&author={author.username}&post={post.id}")
    assert [len(found["results"]) for found in pages] == [2, 2, 1]
    assert sorted(ids(pages)) == [row.id for row in spoken]


@check("api.pages", seconds=90)
def test_pages_of_nothing(api, page):
    """Of an empty list, and of a filter that finds nothing, the first page has no rows; the second is 404."""
    nobody = "?search=nobody-is-called-so"
    for path in ("/posts/", "/comments/", "/categories/", "/tags/", f"/users/{nobody}", "/posts/?page=1"):
        found = page(path)
        assert [found["next"], found["previous"], found["results"]] == [None, None, []]
        if "/comments/" not in path:
            assert found.get("count") == 0
    for path in ("/posts/?page=2", f"/users/{nobody}&page=2"):
        api.get(path, as_="admin").expect(404)


@check("api.cursor", seconds=90)
def test_what_is_no_cursor(api, rows):
    """A `cursor` that is none is 404."""
    rows.comment(status="approved")
    for cursor in ("abc", "\N{DUCK}", "cD1ub25zZW5zZQ=="):
        api.get(f"/comments/?cursor={quote(cursor)}").expect(404)


@check("api.cursor", seconds=90)
def test_equal_moments(api, db, walk, fill):
    """Comments of one moment are all seen once, wherever a page ends: the higher id first."""
    wanted = fill("comments", 27)
    moment = datetime.now(UTC) - timedelta(hours=1)
    for number in wanted[5:22]:
        db.update(COMMENTS, {"created_at": moment}, id=number)
    for number in wanted[:5]:
        db.update(COMMENTS, {"created_at": moment - timedelta(minutes=number)}, id=number)
    order = [*wanted[:21:-1], *wanted[21:4:-1], *wanted[:5]]
    for size in (1, 4, 20):
        assert ids(walk(f"/comments/?page_size={size}", as_="editor")) == order


@check("api.cursor", seconds=90)
def test_new_ones_arrive(api, rows, page, leads_to, fill, rng):
    """Comments that arrive, or are edited, while somebody reads put none of the others out of their place."""
    wanted = fill("comments", 12)
    post = rows.post(state="out")
    found = page("/comments/?page_size=5")
    seen = ids([found])
    while found["next"] is not None and len(seen) < 50:
        for _ in range(3):
            api.post("/comments/", as_="editor", json={"post": post.id, "body": rng.sentence()}).expect(201)
        for edited in (seen[-1], wanted[0]):
            api.patch(f"/comments/{edited}/", as_="editor", json={"body": rng.sentence()}).expect(200)
        found = page(leads_to(found["next"]))
        seen += ids([found])
    assert seen == wanted[::-1]
