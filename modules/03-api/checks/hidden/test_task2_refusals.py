"""Task 2: lists, the order of refusals, and privilege escalation."""

import pytest

from grader.checkpoint import check, expect

WHO = (None, "inactive", "reader", "demoted", "contributor", "contributor2", "editor", "admin")
EDITORIAL = ("editor", "admin")
STATES = ("out", "draft", "scheduled", "archived")


@check("api.lists-visible")
@pytest.mark.parametrize("who", WHO)
def test_lists_of_posts(api, rows, every, who):
    """A list of posts holds what is out, one's own in any state, and for editors and admins all; `count` agrees."""
    authors = ("contributor", "contributor2", "editor", "demoted", "reader", "inactive")
    tags = rows.tags([{}, {}])
    kinds = [(author, state) for author in authors for state in STATES]
    posts = rows.posts({"author": author, "state": state, "tags": tags} for author, state in kinds)
    out = [post.id for post, (_, state) in zip(posts, kinds, strict=True) if state == "out"]
    rows.comments({"post": key} for key in out for _ in range(2))
    key = api.people[who].id if who and api.people[who].is_active else None
    seen = [post.id for post in posts if who in EDITORIAL or post.id in out or post.author_id == key]
    expect(sorted(one["id"] for one in every("/posts/", as_=who)), equal_to=sorted(seen))
    assert api.get("/posts/", as_=who).expect(200).object().get("count") == len(seen)


@check("api.lists-visible")
@pytest.mark.parametrize("who", WHO)
def test_lists_of_comments(api, rows, every, who):
    """A list of comments holds the approved ones on posts that are out, one's own, those on one's own posts; or all."""
    hosts, authors = ("contributor", "contributor2", "demoted"), ("reader", "contributor", "demoted", "inactive")
    made = []
    for state in ("out", "scheduled", "archived"):
        posts = rows.posts({"author": host, "state": "out"} for host in hosts)
        more = {} if state == "out" else {"post_state": state}
        kinds = [(post, author, s) for post in posts for author in authors for s in ("pending", "approved", "rejected")]
        comments = rows.comments({"post": p, "author": a, "status": s, **more} for p, a, s in kinds)
        made += [(comment, post, state) for comment, (post, _, _) in zip(comments, kinds, strict=True)]
    key = api.people[who].id if who and api.people[who].is_active else None
    seen = [
        comment.id
        for comment, post, state in made
        if who in EDITORIAL
        or (state == "out" and comment.status == "approved")
        or key in (comment.author_id, post.author_id)
    ]
    expect(sorted(one["id"] for one in every("/comments/?page_size=100", as_=who)), equal_to=sorted(seen))


@check("api.lists-visible")
def test_the_other_lists(api, rows, every):
    """Lists of categories, tags and users hold all of them, closed accounts too."""
    made = {"categories": rows.categories([{}] * 3), "tags": rows.tags([{}] * 3)}
    for name, some in made.items():
        for who in (None, "reader", "admin"):
            found = [one["id"] for one in every(f"/{name}/", as_=who)]
            expect(sorted(found), equal_to=sorted(row.id for row in some))
    users = rows.users([{"is_active": False}, {"role": "reader"}, {"is_superuser": True}])
    expected = sorted([*(user.id for user in users), *(person.id for person in api.people.values())])
    expect(sorted(one["id"] for one in every("/users/", as_="admin")), equal_to=expected)


BAD = {"not JSON": b"{", "a number": b"5", "another type": b'{"title": 5, "body": 5, "name": 5, "username": 5}'}
PLAIN = {"Content-Type": "text/plain"}
JSON = {"Content-Type": "application/json"}
WRITING = ("PUT", "PATCH")


@pytest.fixture
def badly(api):
    """``badly("PATCH", path, "reader", 403)``: whatever is wrong with the body, that is the answer."""

    def ask(method, path, who, *statuses):
        for body in BAD.values():
            api.request(method, path, as_=who, body=body, headers=JSON).expect(*statuses)
        api.request(method, path, as_=who, body=b"title=x", headers=PLAIN).expect(*statuses)
        stale = JSON | {"If-Match": '"stale"'}
        api.request(method, path, as_=who, body=b"{", headers=stale).expect(*statuses)

    return ask


@check("api.precedence", seconds=120)
@pytest.mark.parametrize("who", [None, "inactive"])
def test_nobody_gets_401(api, badly, some, unchanged, who):
    """Whoever has no account gets 401, on any row and with any body, also where nothing is found."""
    made = {name: some(name) for name in ("posts", "comments", "categories", "tags", "users")}
    same = unchanged()
    for name, row in made.items():
        badly("POST", f"/{name}/", who, 401)
        for method in WRITING:
            badly(method, f"/{name}/{row.id}/", who, 401)
            badly(method, f"/{name}/99999999/", who, 401)
        for key in (row.id, 99_999_999):
            api.delete(f"/{name}/{key}/", as_=who).expect(401)
    badly("PATCH", "/users/me/", who, 401)
    same("a request of nobody")


@check("api.precedence")
@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("posts", "reader"),
        ("posts", "demoted"),
        ("categories", "reader"),
        ("categories", "contributor"),
        ("tags", "contributor"),
        ("users", "reader"),
        ("users", "contributor"),
        ("users", "editor"),
    ],
)
def test_a_role_that_may_not(badly, some, unchanged, api, name, who):
    """A role that may not use a method on any row gets 403, also on one that does not exist and with any body."""
    row = some(name)
    same = unchanged()
    badly("POST", f"/{name}/", who, 403)
    for key in (row.id, 99_999_999):
        for method in WRITING:
            badly(method, f"/{name}/{key}/", who, 403)
        api.delete(f"/{name}/{key}/", as_=who).expect(403)
    same("a request that is refused")


@check("api.precedence", seconds=120)
def test_a_row_that_one_cannot_see(badly, rows, api, unchanged):
    """A row that one cannot GET is 404, whatever the body; one that one can GET and not change is 403."""
    hidden, seen = rows.posts([{"author": "contributor2"}, {"author": "contributor2", "state": "out"}])
    unseen, shown = rows.comments([{"post": seen, "author": "reader2", "status": s} for s in ("pending", "approved")])
    same = unchanged()
    for method in WRITING:
        badly(method, f"/posts/{hidden.id}/", "contributor", 404)
        badly(method, f"/posts/{seen.id}/", "contributor", 403)
        badly(method, "/posts/99999999/", "editor", 404)
        badly(method, f"/comments/{unseen.id}/", "reader", 404)
        badly(method, f"/comments/{shown.id}/", "reader", 403)
        badly(method, "/comments/99999999/", "admin", 404)
        badly(method, "/tags/99999999/", "editor", 404)
        badly(method, "/users/99999999/", "admin", 404)
        badly(method, f"/posts/{seen.id}/", "contributor2", 400, 412, 415)
        badly(method, f"/comments/{shown.id}/", "reader2", 400, 412, 415)
    for path, status in ((f"/posts/{hidden.id}/", 404), (f"/posts/{seen.id}/", 403)):
        api.delete(path, as_="contributor", headers={"If-Match": '"stale"'}).expect(status)
        api.post(f"{path}publish/", as_="contributor", headers={"If-Match": '"stale"'}).expect(status)
    same("a request that is refused")


@check("api.precedence")
def test_no_route_comes_first(api):
    """Where no route is the answer is 404, for everybody and any method."""
    for who in (None, "inactive", "reader", "admin"):
        for method in ("GET", "POST", "PATCH", "DELETE"):
            api.request(method, "/nothing/", as_=who, body=b"{", headers=JSON).expect(404)


@check("api.precedence")
@pytest.mark.parametrize("who", ["reader", "contributor", "admin", "inactive"])
def test_csrf(api, some, rows, rng, unchanged, who):
    """A change by session with a missing or wrong CSRF token is 403 and changes nothing; reading needs none."""
    post = rows.post(state="out", author="contributor")
    comment = rows.comment(post=post, author="reader", status="approved")
    same = unchanged()
    refusals = (401, 403) if who == "inactive" else (403,)
    for wrong in ({"csrf": False}, {"headers": {"X-CSRFToken": "x" * 32}}, {"headers": {"X-CSRFToken": ""}}):
        for method, path, sent in (
            ("POST", "/posts/", {"title": rng.title()}),
            ("POST", "/comments/", {"post": post.id, "body": "x"}),
            ("PATCH", f"/comments/{comment.id}/", {"body": "x"}),
            ("PUT", f"/posts/{post.id}/", {"title": "x", "body": "x"}),
            ("PATCH", "/users/me/", {"first_name": "x"}),
        ):
            api.request(method, path, as_=who, json=sent, **wrong).expect(*refusals)
        for method, path in (
            ("DELETE", f"/comments/{comment.id}/"),
            ("POST", f"/posts/{post.id}/unpublish/"),
            ("POST", f"/comments/{comment.id}/reject/"),
        ):
            api.request(method, path, as_=who, **wrong).expect(*refusals)
    same("a change without the token")
    api.get("/posts/", as_=who, csrf=False).expect(200)
    if who != "inactive":
        api.post("/comments/", as_=who, json={"post": post.id, "body": "x"}).expect(201)


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
def test_superusers_are_left_alone(api, db, rows, rng, unchanged):
    """An admin who is no superuser reads a superuser's account, and neither changes nor deletes it."""
    person = rows.user(is_superuser=True, role="reader")
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
