"""Task 3: every error is a problem document. An answer that is none is not judged here: others ask for its status."""

import re

import pytest

from grader.checkpoint import check, expect_that

# RFC 3986: what stands in a URI reference, escapes included.
URI_REFERENCE = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*", re.ASCII)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MISSING = 99_999_999


def judge(answer):
    """An answer of 400 and above is a problem document, with the headers that its status needs."""
    if answer.status_code < 400:
        return answer
    found = answer.problem()
    where = f"the problem for {answer.asked}"
    expect_that(
        URI_REFERENCE.fullmatch(found["type"]) is not None,
        expected=f"a URI reference as `type` in {where}",
        observed=found["type"],
    )
    if answer.status_code == 401:
        told = answer.header("WWW-Authenticate").strip()
        expect_that(bool(told), expected=f"`WWW-Authenticate` beside {where}", observed="no such header")
    if answer.status_code == 405:
        allowed = answer.header("Allow").replace(" ", "").upper().split(",")
        expect_that("allow" in answer.headers, expected=f"`Allow` beside {where}", observed="no such header")
        expect_that(
            answer.asked.method not in allowed,
            expected=f"`Allow` without {answer.asked.method} beside {where}",
            observed=", ".join(allowed),
        )
    return answer


@pytest.fixture
def objects(rows):
    """The path of one object in each collection, and of one that only its author sees."""
    post = rows.post(state="out", author="contributor")
    return {
        "posts": f"/posts/{post.id}/",
        "draft": f"/posts/{rows.post(author='contributor').id}/",
        "comments": f"/comments/{rows.comment(post=post, status='approved').id}/",
        "categories": f"/categories/{rows.category().id}/",
        "tags": f"/tags/{rows.tag().id}/",
    }


@check("api.problems")
def test_refusals_of_people(api, objects, rng):
    """401 and 403 are problem documents: without a session, without a CSRF token, without the right."""
    body = {"title": rng.title(), "name": rng.word(), "body": rng.sentence()}
    for who in (None, "inactive", "reader", "contributor2"):
        for path in objects.values():
            judge(api.patch(path, as_=who, json=body))
        for method, path in (("GET", "/users/"), ("PATCH", "/users/me/"), ("POST", "/posts/"), ("POST", "/tags/")):
            judge(api.request(method, path, as_=who, **({} if method == "GET" else {"json": {}})))
        judge(api.post(f"{objects['draft']}publish/", as_=who))
        judge(api.delete(f"/users/{MISSING}/", as_=who))
    for path, method in ((objects["tags"], "DELETE"), ("/tags/", "POST"), ("/users/me/", "PATCH")):
        judge(api.request(method, path, as_="admin", csrf=False))
        judge(api.request(method, path, as_="admin", headers={"Referer": "https://elsewhere.example/"}))
        judge(api.request(method, path, as_="admin", headers={"X-CSRFToken": "x" * 32}))


@check("api.problems")
def test_nothing_there(api, objects, rng):
    """404 is a problem document, for rows that do not exist and where no route is, whatever the method and `Accept`."""
    for name in ("posts", "comments", "categories", "tags", "users"):
        judge(api.get(f"/{name}/{MISSING}/", as_="admin"))
        judge(api.patch(f"/{name}/{MISSING}/", as_="admin", json={}))
        judge(api.delete(f"/{name}/{MISSING}/", as_="admin"))
        judge(api.get(f"/{name}/{rng.slug()}/", as_="admin"))
        judge(api.get(f"/{name}", as_="admin"))
    slug = rng.slug()
    nowhere = [f"/api/{slug}/", f"/api/v1/{slug}/", f"/api/v1{objects['posts']}{slug}/", f"/api/v1/users/me/{slug}/"]
    nowhere += [f"/api/v2/{slug}/", f"/api/{slug}.json", f"/api/v1{objects['posts']}approve/"]
    for path in nowhere:
        for accept in ("application/json", "text/html", "*/*"):
            judge(api.get(path, version=None, headers={"Accept": accept}))
        judge(api.get(f"{path}?q={slug}", version=None)).problem(404)
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            judge(api.request(method, path, version=None, json={}))


@check("api.problems")
def test_methods_and_media(api, objects, rng):
    """405, 406 and 415 are problem documents, 405 with `Allow`."""
    for path in ("/posts/", "/comments/", "/categories/", "/tags/", "/users/"):
        for method in ("PUT", "PATCH", "DELETE"):
            judge(api.request(method, path, as_="admin", json={}))
        for accept in ("text/html", "application/xml"):
            judge(api.get(path, as_="admin", headers={"Accept": accept}))
        judge(api.post(path, as_="admin", body=b"a=1", headers=FORM))
        judge(api.post(path, as_="admin", body=b"<a/>", headers={"Content-Type": "application/xml"}))
    for path in objects.values():
        judge(api.post(path, as_="admin", json={}))
        judge(api.patch(path, as_="admin", body=b"a", headers={"Content-Type": "text/plain"}))
    judge(api.put("/users/me/", as_="admin", json={}))
    judge(api.get(f"{objects['posts']}publish/", as_="admin"))
    judge(api.delete(f"{objects['comments']}approve/", as_="admin"))


@check("api.problems")
def test_conflicts(api, objects, rows, rng):
    """409, 412 and 422 are problem documents."""
    writer = rows.user()
    rows.post(state="out", author=writer)
    judge(api.delete(f"/users/{writer.id}/", as_="admin"))
    for method in ("PUT", "PATCH", "DELETE"):
        body = {"title": rng.title(), "name": rng.word(), "body": rng.sentence()}
        for path in objects.values():
            judge(api.request(method, path, as_="editor", json=body, headers={"If-Match": '"stale"'}))
    for action in ("publish", "unpublish"):
        judge(api.post(f"{objects['posts']}{action}/", as_="editor", headers={"If-Match": '"stale"'}))
    post, key = rows.post(state="out").id, {"Idempotency-Key": rng.slug()}
    for _ in range(2):
        judge(api.post("/comments/", as_="reader", json={"post": post, "body": rng.sentence()}, headers=key))
    judge(api.post("/comments/", as_="reader", json={"post": post, "body": "a"}, headers={"Idempotency-Key": ""}))


@check("api.problems")
def test_what_no_view_sees(api, rng):
    """A 400 for a host that is not allowed, or for what Django itself refuses, is a problem document."""
    for host in (f"{rng.word()}.example", f"localhost.{rng.word()}.example", "local_host", "127.0.0.1.example:8000"):
        for path in ("/api/v1/tags/", "/api/tags/", f"/api/{rng.slug()}/", "/api/v1/schema/"):
            judge(api.get(path, version=None, headers={"Host": host})).problem(400)
    judge(api.post("/api/v1/tags/", version=None, headers={"Host": "elsewhere.example"}, json={})).problem(400)
    judge(api.get(f"/tags/?{'a&' * 1100}"))
    judge(api.post("/tags/", as_="editor", json={"name": "x" * 3_000_000}))
    judge(api.post("/tags/", as_="editor", body=b"a=1&" * 1100, headers=FORM))
    judge(api.post("/tags/", as_="editor", body=b"--", headers={"Content-Type": "multipart/form-data"}))


@check("api.problems")
def test_with_debug_on(api_with, rng):
    """With `DEBUG` on errors are problem documents, too; so is 429."""
    api = api_with(settings="config.settings.development", env={"DEBUG": "true", "THROTTLE_SENSITIVE": "1/day"})
    judge(api.get(f"/api/{rng.slug()}/", version=None, headers={"Accept": "text/html"}, within_s=30)).problem(404)
    for path in (f"/api/v1/{rng.slug()}/", "/api/v1/users/me/x/"):
        judge(api.get(path, version=None)).problem(404)
        judge(api.post(path, version=None, json={})).problem(404)
    judge(api.get(f"/posts/{MISSING}/", headers={"Accept": "text/html"}))
    judge(api.post("/tags/", json={}))
    judge(api.post("/tags/", as_="reader", json={}))
    judge(api.post("/tags/", as_="editor", csrf=False, json={}))
    judge(api.post("/tags/", as_="editor", json={}))
    judge(api.delete("/tags/", as_="admin"))
    judge(api.post("/tags/", as_="editor", body=b"a", headers={"Content-Type": "text/plain"}))
    for _ in range(3):
        judge(api.post("/users/", json={}))
