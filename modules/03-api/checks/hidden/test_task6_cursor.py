"""Task 6: the cursor of comments: equal moments, and lists that grow while somebody reads."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

import pytest

from grader.checkpoint import check, fail

COMMENTS = "comments_comment"


@pytest.fixture
def page(api):
    """``page("/posts/?page=2")`` is a page of a list, which has `results`; what else it has is for others to judge."""

    def ask(path, *, as_="admin"):
        answer = api.get(path, as_=as_).expect(200)
        results = answer.object().get("results")
        if not isinstance(results, list) or not all(isinstance(one, dict) and "id" in one for one in results):
            fail(expected=f"`results`, a list of objects with an `id`, for {answer.asked}", observed=results)
        return {"next": None, **answer.object()}

    return ask


@pytest.fixture
def leads_to():
    """The path of a link; that it leads to the host that was asked, and where, is for others to judge."""
    return path_of


def path_of(link):
    """The path of a link below the version, with its query."""
    found = urlsplit(link)
    return f"{found.path.removeprefix('/api').removeprefix('/v1')}?{found.query}"


@pytest.fixture
def fill(rows):
    """``fill(30)`` makes so many approved comments; gives their ids."""

    def make(number):
        post = rows.post(state="out")
        return [row.id for row in rows.comments({"post": post, "status": "approved"} for _ in range(number))]

    return make


def ids(pages):
    """The ids of several pages, in their order."""
    return [one["id"] for page in pages for one in page["results"]]


@check("api.cursor", seconds=90)
def test_what_is_no_cursor(api, rows):
    """A `cursor` that is none is 404."""
    rows.comment(status="approved")
    for cursor in ("abc", "\N{DUCK}", "cD1ub25zZW5zZQ=="):
        api.get(f"/comments/?cursor={quote(cursor)}").expect(404)


@check("api.cursor", seconds=90)
def test_equal_moments(api, db, walk, fill):
    """Comments of one moment are all seen once, wherever a page ends: the higher id first."""
    wanted = fill(27)
    moment = datetime.now(UTC) - timedelta(hours=1)
    for number in wanted[5:22]:
        db.update(COMMENTS, {"created_at": moment}, id=number)
    for number in wanted[:5]:
        db.update(COMMENTS, {"created_at": moment - timedelta(minutes=number)}, id=number)
    order = [*wanted[:21:-1], *wanted[21:4:-1], *wanted[:5]]
    for size in (1, 4, 20):
        assert ids(walk(f"/comments/?page_size={size}", as_="editor")) == order


@check("api.cursor", seconds=90)
def test_a_thousand_of_one_moment(db, walk, fill):
    """Up to 1,000 comments of one moment are all seen once."""
    wanted = fill(1_000)
    moment = datetime.now(UTC) - timedelta(hours=1)
    db.execute("UPDATE public.comments_comment SET created_at = %s", (moment,))
    assert ids(walk("/comments/?page_size=100", as_="editor")) == wanted[::-1]


@check("api.cursor", seconds=90)
def test_new_ones_arrive(api, rows, page, leads_to, fill, rng):
    """Comments that arrive, or are edited, while somebody reads put none of the others out of their place."""
    wanted = fill(12)
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
