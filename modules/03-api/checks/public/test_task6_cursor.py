"""Task 6: the cursor of comments, the plain case."""

from urllib.parse import urlsplit

import pytest

from grader.checkpoint import check


@pytest.fixture
def leads_to():
    """The path of a link; that it leads to the host that was asked, and where, is for others to judge."""
    return path_of


def path_of(link):
    """The path of a link below the version, with its query."""
    found = urlsplit(link)
    return f"{found.path.removeprefix('/api').removeprefix('/v1')}?{found.query}"


@check("api.cursor", seconds=60)
def test_a_comment_arrives(api, rows, rng, page, leads_to, walk):
    """A comment that arrives while somebody reads puts none of the others out of its place."""
    post = rows.post(state="out")
    made = [row.id for row in rows.comments({"post": post} for _ in range(25))]
    first = page("/comments/")
    api.post("/comments/", as_="editor", json={"post": post.id, "body": rng.sentence()}).expect(201)
    pages = [first, *walk(leads_to(first["next"]))]
    assert [one["id"] for found in pages for one in found["results"]] == made[::-1]
