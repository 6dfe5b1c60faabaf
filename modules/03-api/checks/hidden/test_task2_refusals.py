"""Task 2: of several refusals the first one by the list is the answer."""

import pytest

from grader.checkpoint import check

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
    for key in ("", "a key"):
        header = JSON | {"Idempotency-Key": key}
        api.post("/comments/", as_=who, body=b"{", headers=header).expect(401)
    for query in ("page=0", "role=lost", "ordering=colour"):
        api.get(f"/users/?{query}", as_=who).expect(401)
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
    if name == "users":
        for query in ("page=0", "role=lost", "ordering=colour", "page=99"):
            api.get(f"/users/?{query}", as_=who).expect(403)
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
        for path, who in ((f"/posts/{seen.id}/", "contributor2"), (f"/comments/{shown.id}/", "reader2")):
            api.request(method, path, as_=who, body=b"{", headers=JSON).expect(400)
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
            ("DELETE", "/posts/99999999/"),
            ("DELETE", "/comments/99999999/"),
            ("DELETE", f"/comments/{comment.id}/"),
            ("POST", f"/posts/{post.id}/unpublish/"),
            ("POST", f"/comments/{comment.id}/reject/"),
        ):
            api.request(method, path, as_=who, **wrong).expect(*refusals)
        for method, path in (("POST", "/tags/"), ("POST", "/comments/"), ("PATCH", f"/comments/{comment.id}/")):
            ways = {"csrf": wrong.get("csrf", True), "headers": JSON | wrong.get("headers", {})}
            api.request(method, path, as_=who, body=b"{", **ways).expect(*refusals)
    same("a change without the token")
    api.get("/posts/", as_=who, csrf=False).expect(200)
    if who != "inactive":
        api.post("/comments/", as_=who, json={"post": post.id, "body": "x"}).expect(201)


@check("api.precedence")
def test_what_the_client_takes_comes_before_people_and_rows(api, some):
    """Where a client that takes no JSON gets 406, it does so before anybody is asked who they are, and for any row."""
    takes_none = {"Accept": "application/xml"}
    if api.get(f"/tags/{some('tags').id}/", headers=takes_none).status_code == 406:
        for path, who in (
            ("/users/", None),
            ("/users/", "reader"),
            ("/users/me/", None),
            ("/posts/99999999/", "admin"),
        ):
            api.get(path, as_=who, headers=takes_none).expect(406)


@check("api.precedence")
def test_conditions_come_after_permissions(api, rows):
    """A stale If-Match tells nobody of a row, or that they might: 401, 403 and 404 come first."""
    out = rows.post(author="contributor2", state="out")
    own, other = rows.comments({"post": out, "author": who, "status": "approved"} for who in ("contributor", "reader2"))
    hidden = rows.comment(post=out, author="reader2")
    keys = (own.id, other.id, hidden.id, 99_999_999)
    asked = [("POST", f"/comments/{key}/{verb}/", "contributor") for key in keys for verb in ("approve", "reject")]
    asked += [("POST", f"/posts/{out.id}/{verb}/", "reader") for verb in ("publish", "unpublish")]
    asked += [(method, path, None) for method, path, _ in asked]
    asked += [("PATCH", "/users/me/", None), ("DELETE", f"/users/{api.people['reader2'].id}/", "editor")]
    for method, path, who in asked:
        ways = {"as_": who, **({"json": {}} if method == "PATCH" else {})}
        plain = api.request(method, path, **ways)
        if plain.status_code in (401, 403, 404):  # whom to refuse is for the tables of task 2 to judge
            api.request(method, path, headers={"If-Match": '"stale"'}, **ways).expect(plain.status_code)
