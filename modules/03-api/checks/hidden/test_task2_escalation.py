"""Task 2: nobody gives themselves a role, and superusers are left alone."""

import pytest

from grader.checkpoint import FieldRefusals, check, expect


@pytest.fixture
def refused(api):
    """``refused(answer, "title")``: it is a 400 on that field, in whatever form; ``None`` stands for any."""
    return FieldRefusals(api)


@check("api.escalation")
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_ones_own_role_and_activity(api, db, refused, rng, method):
    """Nobody changes `role` or `is_active` of their own account; the values that it has already are no change."""
    person = api.people["admin"]
    path, named = f"/users/{person.id}/", {"username": person.username} if method == "PUT" else {}
    before = db.one("accounts_user", "role", "is_active", "username", id=person.id)
    for field, values in (("role", ("reader", "editor", "contributor")), ("is_active", (False,))):
        for value in values:
            refused(api.request(method, path, as_="admin", json=named | {field: value}), field)
    sent = {"role": "editor", "is_active": True, "first_name": "x"}
    refused(api.request(method, path, as_="admin", json=named | sent), "role")
    expect(db.one("accounts_user", "role", "is_active", "username", id=person.id), equal_to=before)
    assert db.one("accounts_user", "first_name", id=person.id)["first_name"] != "x"
    word = rng.word()
    sent = named | {"role": "admin", "is_active": True, "first_name": word}
    assert api.request(method, path, as_="admin", json=sent).expect(200).object()["first_name"] == word


@check("api.escalation")
@pytest.mark.parametrize("who", ["reader", "contributor", "editor"])
def test_others_give_nobody_a_role(api, db, unchanged, who):
    """Who is no admin gives no role: neither to themselves nor to others, and makes no account."""
    same = unchanged()
    for key in (api.people[who].id, api.people["reader2"].id):
        for sent in ({"role": "admin"}, {"is_active": False}, {"is_superuser": True}):
            api.patch(f"/users/{key}/", as_=who, json=sent).expect(403)
    api.post("/users/", as_=who, json={"username": "x", "role": "admin"}).expect(403)
    same("a role that somebody may not give")
    api.patch("/users/me/", as_=who, json={"role": "admin", "is_active": False, "is_superuser": True}).expect(200)
    row = db.one("accounts_user", "role", "is_active", "is_superuser", id=api.people[who].id)
    expect(row, equal_to={"role": api.people[who].role, "is_active": True, "is_superuser": False})


@check("api.escalation")
def test_who_deletes_whom(api, db, rows):
    """Nobody deletes their own account, nor one that has written a post or a comment, in whatever state."""
    writer, commenter, silent = rows.users([{"is_active": False}, {"role": "reader"}, {"role": "admin"}])
    rows.post(author=writer, state="archived")
    rows.comment(author=commenter, status="rejected")
    for key in (writer.id, commenter.id):
        api.delete(f"/users/{key}/", as_="admin").expect(409)
    api.delete(f"/users/{api.people['admin'].id}/", as_="admin").expect(403)
    rows.post(author="admin2")
    api.delete(f"/users/{api.people['admin2'].id}/", as_="admin2").expect(403)
    for user in (writer, commenter):
        assert db.count("accounts_user", id=user.id) == 1
    assert (db.count("posts_post"), db.count("comments_comment")) == (3, 1)
    api.delete(f"/users/{silent.id}/", as_="admin").expect(204)
    assert db.count("accounts_user", id=silent.id) == 0


@check("api.escalation")
@pytest.mark.parametrize("role", ["reader", "admin"])
def test_superusers_are_left_alone(api, db, rows, rng, unchanged, role):
    """An admin who is no superuser reads a superuser's account, and neither changes nor deletes it."""
    person = rows.user(is_superuser=True, role=role)
    same = unchanged()
    api.get(f"/users/{person.id}/", as_="admin").expect(200)
    for sent in ({"first_name": "x"}, {"role": "reader"}, {"is_active": False}, {}):
        api.patch(f"/users/{person.id}/", as_="admin", json=sent).expect(403)
    api.put(f"/users/{person.id}/", as_="admin", json={"username": rng.word()}).expect(403)
    api.patch(f"/users/{person.id}/", as_="admin", json={"username": 5}).expect(400, 403)
    api.delete(f"/users/{person.id}/", as_="admin").expect(403)
    same("what an admin does to a superuser")


@check("api.escalation")
def test_what_superusers_may(api, db, rows, rng, refused):
    """A superuser who is an admin changes and deletes superusers; their role alone says what they may do else."""
    other, third = rows.users([{"is_superuser": True}, {"is_superuser": True}])
    for name in ("admin", "reader"):
        db.update("accounts_user", {"is_superuser": True}, id=api.people[name].id)
    word = rng.word()
    api.patch(f"/users/{other.id}/", as_="admin", json={"first_name": word, "role": "editor"}).expect(200)
    expect(db.one("accounts_user", "first_name", "role", id=other.id), equal_to={"first_name": word, "role": "editor"})
    api.delete(f"/users/{third.id}/", as_="admin").expect(204)
    refused(api.patch(f"/users/{api.people['admin'].id}/", as_="admin", json={"role": "editor"}), "role")
    api.delete(f"/users/{api.people['admin'].id}/", as_="admin").expect(403)
    for path, status in (("/users/", 403), (f"/users/{other.id}/", 403), ("/users/me/", 200)):
        api.get(path, as_="reader").expect(status)
    assert api.patch("/users/me/", as_="reader", json={"last_name": word}).expect(200).object()["last_name"] == word
    api.post("/posts/", as_="reader", json={"title": rng.title()}).expect(403)
    api.post("/tags/", as_="reader", json={"name": rng.word()}).expect(403)


@check("api.escalation")
def test_powers_of_the_admin_site_are_none_here(api, db, rows):
    """Who is a superuser and staff as well reads, changes and moderates no more than their role lets them."""
    draft, out, last = rows.posts({"author": "contributor2", "state": state} for state in ("draft", "out", "out"))
    statuses = ("pending", "approved", "approved", "approved")
    hidden, *shown = rows.comments({"post": out, "author": "reader2", "status": status} for status in statuses)
    body, title = {"json": {"body": "x"}}, {"json": {"title": "x"}}
    asked = [("GET", f"/posts/{draft.id}/", {}), ("GET", f"/comments/{hidden.id}/", {})]
    asked += [("POST", f"/comments/{shown[0].id}/{verb}/", {}) for verb in ("approve", "reject")]
    asked += [("PATCH", f"/comments/{shown[1].id}/", body), ("DELETE", f"/comments/{shown[2].id}/", {})]
    asked += [("PATCH", f"/posts/{out.id}/", title), ("POST", f"/posts/{out.id}/unpublish/", {})]
    asked += [("DELETE", f"/posts/{last.id}/", {}), ("POST", "/categories/", {"json": {"name": "x"}})]
    for who in ("reader", "contributor"):
        before = [api.request(method, path, as_=who, **sent).status_code for method, path, sent in asked]
        lists = [ids_of(api, path, who) for path in ("/posts/", "/comments/")]
        db.update("accounts_user", {"is_superuser": True, "is_staff": True}, id=api.people[who].id)
        assert [ids_of(api, path, who) for path in ("/posts/", "/comments/")] == lists
        for (method, path, sent), status in zip(asked, before, strict=True):
            if status in (403, 404):  # whom their role lets do it is for the tables of task 2 to judge
                api.request(method, path, as_=who, **sent).expect(status, because="the role alone says it")


def ids_of(api, path, who):
    """The ids on the first page of a list."""
    return [one["id"] for one in api.get(path, as_=who).expect(200).object().get("results", [])]
