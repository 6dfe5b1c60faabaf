"""Task 6: three ways to go through a list: sizes, links and both ends."""

from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from grader.checkpoint import check, expect_that

SIZES = {"posts": "page_size", "comments": "page_size", "categories": "limit", "tags": "limit", "users": "page_size"}
NUMBERED = [name for name, size in SIZES.items() if size == "page_size" and name != "comments"]
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
def test_links_to_the_host_that_was_asked(api, fill):
    """`next` and `previous` lead to the host that was asked."""
    for name, size in SIZES.items():
        if name != "users":
            fill(name, 3)
        path, headers = f"/{name}/?{size}=1", {"Host": "127.0.0.1"}
        found = api.get(path, as_="admin", headers=headers).expect(200).object()
        link = urlsplit(str(found.get("next")))
        more = api.get(f"{link.path}?{link.query}", as_="admin", version=None, headers=headers).expect(200).object()
        for one in (found["next"], more.get("previous")):
            expect_that(
                urlsplit(str(one)).netloc in ("", "127.0.0.1"), expected=f"a link to 127.0.0.1 at {path}", observed=one
            )


@check("api.pages", seconds=90)
def test_sample_data(manage, db):
    """`make_sample_data` fills an empty database with as many posts and comments as it is told."""
    assert manage("make_sample_data", "--posts", "40", "--comments", "90").code == 0
    assert (db.count("posts_post"), db.count("comments_comment")) == (40, 90)


@check("api.pages", seconds=90)
@pytest.mark.parametrize("who", [None, "reader", "contributor", "editor"])
def test_count_is_of_what_one_sees(rows, page, who):
    """`count` is the number of rows that one is given over all pages, and of no others."""
    rows.posts({"state": s, "author": a} for s in ("out", "draft", "archived") for a in ("contributor", "contributor2"))
    whole = page("/posts/", as_=who)
    assert whole.get("count") == len(whole["results"])
    for number in (1, 2):
        assert page(f"/posts/?page_size=1&page={number}", as_=who).get("count") == len(whole["results"])


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
