"""Task 3: a 500 tells nobody what happened, and outside of the API errors are pages."""

import re

from grader.checkpoint import Failed, check, expect, expect_that

# What an exception is called, where it came from, and what the driver of PostgreSQL says when there is no server.
TOLD = re.compile(
    r"Traceback|psycopg|django\.|gunicorn|site-packages"
    r"|\b(?:Operational|Interface|Database|Programming|Integrity|Connection|Attribute|Type|Key|Value|OS)Error\b"
    r"|[\w/]\.py\b|/src/|127\.0\.0\.1|localhost|\bport\s\d|(?i:connection (?:failed|refused|reset|to server))"
    r"|(?i:server closed|consuming input|terminat(?:ed|ing) (?:abnormally|connection)|is the server running)"
    r"|\bSELECT\b|\b(?:auth|accounts|posts|comments|django)_\w+"
)


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def is_problem(answer):
    """Whether the answer is a problem document."""
    try:
        return bool(answer.problem())
    except Failed:
        return False


def judge(answer, formal):
    """A 500 is a problem document, if other errors are, without a word about what happened."""
    if formal:
        answer.problem(500)
    answer.expect(500)
    found = TOLD.search(answer.text)
    expect_that(not found, expected=f"nothing of what happened in the 500 for {answer.asked}", observed=answer.text)


@check("api.server-error", seconds=60)
def test_every_door_with_the_database_stopped(api_with, rng):
    """With the database stopped each request that needs it gets a 500 that tells nothing; later all is well again."""
    api = api_with()
    api.get("/tags/", within_s=30).expect(200)
    # How errors look has a criterion of its own: here a 500 has to look as the others do.
    formal = is_problem(api.get(f"/tags/{rng.randrange(10**7, 10**8)}/?q=1"))
    api.cut("postgres")
    for path in ("/posts/", "/comments/", f"/posts/{rng.randrange(1, 99)}/", f"/posts/?search={rng.word()}"):
        judge(api.get(path), formal)
        judge(api.get(path, version=""), formal)
    judge(api.get("/users/me/", as_="reader"), formal)
    judge(api.get("/posts/", as_="admin", headers={"Accept": "application/json"}), formal)
    judge(api.get("/posts/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}), formal)
    for path, who in (("/tags/", "editor"), ("/users/", "admin"), ("/posts/", "contributor")):
        judge(api.post(path, as_=who, json={"name": rng.word(), "username": rng.word(), "title": rng.title()}), formal)
    judge(api.delete(f"/tags/{rng.randrange(1, 99)}/", as_="editor"), formal)
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
    """Outside `/api/` a 404, a 403 of CSRF, and a 400 for a host that is not allowed, are pages."""
    for path in (f"/apis/{rng.slug()}/", f"/{rng.slug()}/api/", f"/api.{rng.slug()}/", f"/v1/{rng.slug()}/"):
        for headers in ({}, {"Accept": "text/html"}):
            page(api.get(path, version=None, headers=headers).expect(404))
    page(api.post(f"/{rng.slug()}/", version=None, headers={"Accept": "text/html"}))
    page(api.post("/admin/login/", version=None, body=b"username=a", headers=FORM))
    page(api.get(f"/{rng.slug()}/", version=None, headers={"Host": f"{rng.word()}.example"}).expect(400))


def page(answer):
    """Fails if the answer is one of the API."""
    kind = answer.header("Content-Type").partition(";")[0].strip()
    expect_that(
        answer.status_code < 400 or kind == "text/html",
        expected=f"a page (text/html) for {answer.asked}, as before",
        observed=kind,
    )
