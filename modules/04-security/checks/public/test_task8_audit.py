"""Task 8: the audit log, the plain cases."""

import pytest

from grader.checkpoint import Failed, Refused, check, expect_that

LOG = "audit_auditentry"


@pytest.fixture
def entries(api, db):
    """``entries("published")``: actor, kind and id of the object, for each entry of that action."""
    return lambda action: [
        (row["actor_id"], row["object_type"], row["object_id"]) for row in db.rows(LOG) if row["action"] == action
    ]


@check("audit.sessions")
def test_a_log_in_and_a_failure(api, entries, log_in, try_login, rng):
    """A log-in is in the log, and so is a failure."""
    reader = api.people["reader"].id
    entry = (reader, "accounts.user", str(reader))
    before = entries("logged_in").count(entry)
    log_in("reader")
    assert entries("logged_in").count(entry) == before + 1
    try_login("reader", password=rng.word()).expect(401)
    assert entries("login_failed") == [(None, "accounts.user", str(reader))]


@check("audit.accounts")
def test_a_new_role(api, entries, member):
    """A role that an admin changes is in the log."""
    person = member()
    api.patch(f"/users/{person.id}/", as_="admin", json={"role": "editor"}).expect(200)
    assert entries("role_changed") == [(api.people["admin"].id, "accounts.user", str(person.id))]


@check("audit.content")
def test_a_post_is_published(api, entries, rows):
    """To publish a post is in the log, once."""
    post = rows.post(author="contributor")
    for _ in range(2):
        api.post(f"/posts/{post.id}/publish/", as_="editor").expect(200)
    assert entries("published") == [(api.people["editor"].id, "posts.post", str(post.id))]


@check("audit.request")
def test_where_it_came_from(api, db, rows):
    """An entry has the client's address, and the id of its request."""
    post = rows.post(author="contributor")
    answer = api.post(f"/posts/{post.id}/publish/", as_="editor", client="203.0.113.5").expect(200)
    row = db.one(LOG, "address", "request_id", action="published")
    assert (row["address"], row["request_id"]) == ("203.0.113.5", answer.header("X-Request-ID"))


@check("audit.append-only")
@pytest.mark.parametrize("statement", ["UPDATE public.{} SET action = 'created'", "DELETE FROM public.{}"])
def test_nothing_is_changed(api, db, log_in, statement):
    """Rows of the log are neither changed nor deleted, by SQL either."""
    log_in("reader")
    before = db.rows(LOG)
    assert before, "a log-in writes an entry"
    try:
        db.execute(statement.format(LOG))
    except (Failed, Refused):
        accepted = False
    else:
        accepted = True
    expect_that(not accepted, expected="the database to refuse it", observed="it was carried out")
    assert db.rows(LOG) == before


@check("audit.atomic", seconds=60)
def test_both_or_neither(api_with):
    """A post whose publishing cannot be written down is not published."""
    api = api_with()
    post = api.rows.post(author="contributor")
    api.get("/tags/", within_s=30).expect(200)
    api.db.execute(f"ALTER TABLE public.{LOG} ADD CONSTRAINT of_the_check CHECK (false) NOT VALID")
    api.post(f"/posts/{post.id}/publish/", as_="editor")
    assert api.db.one("posts_post", "status", id=post.id)["status"] == "draft"
    api.db.execute(f"ALTER TABLE public.{LOG} DROP CONSTRAINT of_the_check")
    api.post(f"/posts/{post.id}/publish/", as_="editor").expect(200)
    assert api.db.one("posts_post", "status", id=post.id)["status"] == "published"
