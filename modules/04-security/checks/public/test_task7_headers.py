"""Task 7: headers, other origins and forged requests, the plain cases."""

import pytest

from grader.checkpoint import check, expect_that

NAMES = (
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "Permissions-Policy",
)
SITE = "https://friend.example"


@check("headers.everywhere")
@pytest.mark.parametrize("path", ["/api/v1/tags/", "/api/v1/nothing/", "/admin/login/", "/nothing/", "/live"])
def test_every_header_is_there(api, path):
    """An answer carries every header of the table, whatever it is."""
    answer = api.get(path, version=None)
    for name in NAMES:
        expect_that(bool(answer.header(name)), expected=f"`{name}` on {answer.asked}", observed="none")


@check("headers.csp")
def test_the_policy(api):
    """Nobody frames a page, and no script in a page runs by itself."""
    for path in ("/api/v1/docs/", "/admin/login/"):
        policy = api.get(path, version=None).expect(200).header("Content-Security-Policy").lower()
        expect_that("frame-ancestors 'none'" in policy, expected=f"frame-ancestors 'none' at {path}", observed=policy)
        expect_that("unsafe" not in policy, expected=f"nothing unsafe at {path}", observed=policy)


@check("cors.allowed", seconds=60)
def test_an_origin_that_may_ask(api_with):
    """An origin that is allowed may read an answer, and another one may not."""
    api = api_with(env={"CORS_ALLOWED_ORIGINS": SITE})
    for origin, allowed in ((SITE, SITE), ("https://stranger.example", "")):
        answer = api.get("/tags/", headers={"Origin": origin}, within_s=30).expect(200)
        assert answer.header("Access-Control-Allow-Origin") == allowed


@check("cors.preflight", seconds=60)
def test_a_preflight(api_with):
    """Whoever may ask is told so beforehand, without a token."""
    api = api_with(env={"CORS_ALLOWED_ORIGINS": SITE})
    asked = {"Origin": SITE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    answer = api.request("OPTIONS", "/posts/", headers=asked, within_s=30).expect(200, 204)
    assert answer.header("Access-Control-Allow-Origin") == SITE
    assert "authorization" in answer.header("Access-Control-Allow-Headers").lower()


@check("csrf.refused")
def test_a_change_without_the_token(api, rows):
    """A change by session needs the CSRF token."""
    post = rows.post(author="editor")
    path = f"/posts/{post.id}/"
    api.patch(path, as_="editor", json={"title": "Another"}, csrf=False).expect(403)
    assert api.get(path, as_="editor").expect(200).object()["title"] == post.title
    api.patch(path, as_="editor", json={"title": "Another"}).expect(200)
