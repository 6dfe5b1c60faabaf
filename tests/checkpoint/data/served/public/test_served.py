"""Checks of a served project: what each leaves behind, and how each may end."""

import pytest

from grader.checkpoint import check, stored_rows


@check("served.alone")
@pytest.mark.parametrize("turn", [1, 2, 3])
def test_each_begins_anew(api, rows, db, turn):
    """Every check finds what was there at the start, whatever the others wrote."""
    assert stored_rows(db)["post"] == []
    post = rows.post(state="out", author="demoted")
    assert api.get(f"/posts/{post.id}/").expect(200).object()["author"] == api.people["demoted"].username
    assert api.get("/users/me/", as_="demoted").expect(200).object()["role"] == "reader"
    api.post("/tags/", as_="editor", json={"name": "news"}).expect(201)


@check("served.dies")
@pytest.mark.parametrize("turn", [1, 2])
def test_a_server_that_was_killed_is_replaced(api, turn):
    """Whoever comes after a check that ended the server finds one that answers."""
    api.get("/tags/").expect(200)
    api.stage.services.kill(api.place.server.process)


@check("served.own")
def test_a_server_of_its_own(api_with):
    """A check that changes the environment has rows and people there, too."""
    api = api_with(env={"THROTTLE_BURST": "3/minute"})
    tag = api.rows.tag()
    assert [one["name"] for one in api.get("/tags/").expect(200).object()["results"]] == [tag.name]
    assert [api.get("/users/me/", as_="reader").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert api.db.count("posts_tag") == 1


@check("served.queries")
def test_statements(api, queries):
    """What the served project asks of its database is counted."""
    with queries() as counted:
        api.get("/tags/").expect(200)
    assert 1 <= counted.count <= 3


@check("served.refused")
def test_what_a_failure_says(api):
    """A reader may write a post, which is not so."""
    api.post("/posts/", as_="reader", json={"title": "It's"}).expect(201)


@check("served.problem")
def test_a_problem_that_is_none(api):
    """An answer that is no problem document is told so."""
    api.get("/tags/").problem(200)


@check("served.computed")
def test_what_an_answer_costs(api):
    """Processor time is counted for an answer."""
    answer, seconds = api.computed(api.later("GET", "/tags/"))
    assert answer.status_code == 200
    assert 0 < seconds < 5
