"""Task 2: lists, the order of refusals, and privilege escalation, the plain case of each."""

from grader.checkpoint import check


@check("api.lists-visible")
def test_lists_hide_what_one_may_not_see(api, rows, every):
    """A list has what is out, and to its author their own drafts."""
    out, own, others = rows.posts([{"state": "out"}, {"author": "contributor"}, {"author": "editor"}])
    assert sorted(one["id"] for one in every("/posts/")) == [out.id]
    assert sorted(one["id"] for one in every("/posts/", as_="contributor")) == [out.id, own.id]
    assert sorted(one["id"] for one in every("/posts/", as_="editor")) == [out.id, own.id, others.id]


@check("api.precedence")
def test_permissions_come_before_the_body(api, rows):
    """Whoever may not do it learns nothing of the row, and nothing of the body."""
    post = rows.post(author="contributor2")
    api.post("/posts/", json={"title": 5}).expect(401)
    api.post("/posts/", as_="reader", json={"title": 5}).expect(403)
    api.patch("/posts/99999999/", as_="reader", json={"title": 5}).expect(403)
    api.patch(f"/posts/{post.id}/", as_="contributor", json={"title": 5}).expect(404)
    api.patch(f"/posts/{post.id}/", as_="contributor2", json={"title": 5}).expect(400)


@check("api.precedence")
def test_a_change_needs_the_csrf_token(api, rng, unchanged):
    """A change by session without the CSRF token is 403, and changes nothing."""
    same = unchanged()
    api.post("/posts/", as_="editor", json={"title": rng.title()}, csrf=False).expect(403)
    same("a request without the token")
    api.post("/posts/", as_="editor", json={"title": rng.title()}).expect(201)


@check("api.escalation")
def test_nobody_changes_their_own_role(api, db, rows, refused):
    """An admin changes the role of others, not their own."""
    key, user = api.people["admin"].id, rows.user(role="reader")
    refused(api.patch(f"/users/{key}/", as_="admin", json={"role": "editor"}), "role")
    assert db.one("accounts_user", "role", id=key)["role"] == "admin"
    api.patch(f"/users/{user.id}/", as_="admin", json={"role": "editor"}).expect(200)
    assert db.one("accounts_user", "role", id=user.id)["role"] == "editor"


@check("api.escalation")
def test_who_has_written_is_not_deleted(api, rows, db):
    """A user who has written a post is not deleted: 409."""
    writer, silent = rows.users([{}, {}])
    rows.post(author=writer)
    api.delete(f"/users/{silent.id}/", as_="admin").expect(204)
    api.delete(f"/users/{writer.id}/", as_="admin").expect(409)
    assert db.count("accounts_user", id=writer.id) == 1
