"""Task 3: a 500 tells nobody what happened, and outside of the API errors are pages."""

import re

from grader.checkpoint import check, expect, expect_that

# What an exception is called, where it came from, and what the driver of PostgreSQL says when there is no server.
TOLD = re.compile(
    r"Traceback|psycopg|django\.|gunicorn|site-packages"
    r"|\b(?:Operational|Interface|Database|Programming|Integrity|Connection|Attribute|Type|Key|Value|OS)Error\b"
    r"|[\w/]\.py\b|/src/|127\.0\.0\.1|localhost|\bport\s\d|(?i:connection (?:failed|refused|reset|to server))"
    r"|(?i:server closed|consuming input|terminat(?:ed|ing) (?:abnormally|connection)|is the server running)"
    r"|\bSELECT\b|\b(?:auth|accounts|posts|comments|django)_\w+"
)


def judge(answer):
    """A 500 is a problem document without a word about what happened."""
    answer.problem(500)
    found = TOLD.search(answer.text)
    expect_that(not found, expected=f"nothing of what happened in the 500 for {answer.asked}", observed=answer.text)


@check("api.server-error", seconds=60)
def test_every_door_with_the_database_stopped(api_with, rng):
    """With the database stopped each request that needs it gets a 500 that tells nothing; later all is well again."""
    api = api_with()
    api.get("/tags/", within_s=30).expect(200)
    api.cut("postgres")
    for path in ("/posts/", "/comments/", f"/posts/{rng.randrange(1, 99)}/", f"/posts/?search={rng.word()}"):
        judge(api.get(path))
        judge(api.get(path, version=""))
    judge(api.get("/users/me/", as_="reader"))
    judge(api.get("/posts/", as_="admin", headers={"Accept": "application/json"}))
    for path, who in (("/tags/", "editor"), ("/users/", "admin"), ("/posts/", "contributor")):
        judge(api.post(path, as_=who, json={"name": rng.word(), "username": rng.word(), "title": rng.title()}))
    judge(api.delete(f"/tags/{rng.randrange(1, 99)}/", as_="editor"))
    page = api.get("/admin/", version=None, as_="admin", headers={"Accept": "text/html"})
    kind = page.header("Content-Type").partition(";")[0]
    if page.status_code >= 500:
        expect(kind, equal_to="text/html", because=f"{page.asked} is outside of the API")
        expect_that(not TOLD.search(page.text), expected="a page that tells nothing", observed=page.text)
    api.restore("postgres")
    for _ in range(20):
        if (answer := api.get("/tags/", within_s=30)).status_code == 200:
            break
    answer.expect(200, because="the database is back")


@check("api.server-error")
def test_pages_whatever_the_error(api, rng):
    """Outside `/api/` a 404, and a 400 for a host that is not allowed, are pages."""
    for path in (f"/apis/{rng.slug()}/", f"/{rng.slug()}/api/", f"/api.{rng.slug()}/", f"/v1/{rng.slug()}/"):
        for headers in ({}, {"Accept": "text/html"}):
            page(api.get(path, version=None, headers=headers).expect(404))
    page(api.post(f"/{rng.slug()}/", version=None, headers={"Accept": "text/html"}))
    page(api.get(f"/{rng.slug()}/", version=None, headers={"Host": f"{rng.word()}.example"}).expect(400))


def page(answer):
    """Fails if the answer is one of the API."""
    kind = answer.header("Content-Type").partition(";")[0].strip()
    expect_that(
        answer.status_code < 400 or kind == "text/html",
        expected=f"a page (text/html) for {answer.asked}, as before",
        observed=kind,
    )
