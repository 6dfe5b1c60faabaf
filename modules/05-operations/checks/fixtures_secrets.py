"""Secret canaries in every place that the brief names, and what was sent that must hold none (tasks 1, 3 and 4)."""

import json
from dataclasses import replace
from urllib.parse import quote

import pytest

from grader.checkpoint import expect, expect_that

SENT_S = 30.0  # within which spans and events are there
KEPT_OUT = ("cookies", "headers", "query_string", "data", "env")  # of the request in an event


@pytest.fixture
def posted_spans():
    """``posted_spans(it)`` is all that was posted to `/v1/traces`, as text, once more was than before."""

    def read(it):
        it.web.get("/tags/").expect(200)
        before = len(it.spans())
        it.until(lambda: len(it.spans()) > before, expected="spans", observed=lambda: "none", within_s=SENT_S)
        return b"\n".join(one.body for one in it.collector.below("/v1/traces")).decode("utf-8", "replace")

    return read


@pytest.fixture
def clean_reports(no_canary):
    """``clean_reports(it, secrets)``: no event that was reported holds one of them, or more of a request than it may.

    The secrets are by what they are. Fails the check as well where fewer than ``number`` events are reported in time.
    """

    def check(it, secrets, *, number):
        it.until(
            lambda: len(it.reports()) >= number,
            expected=f"{number} events at the server of SENTRY_DSN, or more",
            observed=lambda: f"{len(it.reports())} events",
            within_s=SENT_S,
        )
        no_canary({"the events that were reported": json.dumps(it.reports(), ensure_ascii=False)}, secrets)
        for event in it.reports():
            held = [name for name in KEPT_OUT if (event.get("request") or {}).get(name)]
            expect(held, equal_to=[], because="of a request none of these is reported")
            expect_that('"vars"' not in json.dumps(event), expected="no local variables in a report", observed="`vars`")

    return check


@pytest.fixture
def provoke(rng, refuse_approval):
    """``provoke(it)`` sends a secret canary in each place that the brief names; the canaries by what they are.

    It makes the server and a worker, which has to be there, fail on some of them.
    """

    def canary():
        return f"zq{rng.getrandbits(96):x}/+="

    def send(it):
        ask, people = it.web, it.web.people
        reader = people["reader"]
        cookies = dict(part.split("=", 1) for part in reader.session["Cookie"].split("; "))
        found = {
            "a wrong password": canary(),
            "the right password": reader.password,
            "a value in `Authorization`": canary(),
            "a value in the query string": canary(),
            "a value in a JSON body": canary(),
            "a value of a row that PostgreSQL refuses": canary(),
            **{f"the cookie `{name}`": value for name, value in cookies.items()},
        }
        for password in (found["a wrong password"], found["the right password"]):
            sent = {"username": reader.username, "password": password}
            answer = ask.post("/auth/login/", json=sent, within_s=60).expect(200, 401)
        found["an access token"], found["a refresh token"] = (answer.object()[name] for name in ("access", "refresh"))

        def as_who_sends(value):
            return replace(reader, session={"X-Forwarded-Proto": "https", "Authorization": value})

        ask.get("/users/me/", as_=as_who_sends(f"Bearer {found['an access token']}")).expect(200)
        ask.get("/users/me/", as_=as_who_sends(f"Token {found['a value in `Authorization`']}")).expect(401)
        ask.post("/auth/refresh/", json={"refresh": found["a refresh token"]}).expect(200)
        query = f"?search={quote(found['a value in the query string'], safe='')}"
        sent = {"post": found["a value in a JSON body"], "body": found["a value in a JSON body"]}
        ask.get(f"/posts/{query}", as_="reader").expect(200)
        ask.get(f"/{rng.word()}/{query}", as_="reader", version=None).expect(404)
        ask.get(f"/posts/{query}", as_="reader", headers={"Host": f"{rng.word()}.example"}).expect(400)
        ask.post(f"/comments/{query}", as_="reader", json=sent).expect(400)
        it.say(f"GET /api/v1/posts/{query} HTTP/1.1\r\nCookie {reader.session['Cookie']}\r\n\r\n".encode())
        it.say(f"G\x00T {query} {found['a value in `Authorization`']}\r\n\r\n".encode())
        _refuse_rows(it, found["a value of a row that PostgreSQL refuses"])
        ask.cut("postgres")
        ask.post(f"/posts/{query}", as_="reader", json={"title": found["a value in a JSON body"]}).expect(500)
        ask.get(f"/posts/{query}").expect(500)
        ask.restore("postgres")
        return found

    def _refuse_rows(it, secret):
        """A failed CHECK in the task and in a request, and a duplicate key."""
        refuse_approval(it)
        it.web.db.execute("CREATE UNIQUE INDEX course_one_title ON public.posts_post (title)")
        it.web.rows.post(title=secret)
        it.web.post("/posts/", as_="editor", json={"title": secret})
        it.web.post(f"/comments/{it.web.rows.comment(body=secret).id}/approve/", as_="editor")
        body = {"post": it.web.rows.post(state="out").id, "body": secret}
        it.web.post("/comments/", as_="editor", json=body).expect(201)
        it.until(it.dead_letters, expected="a dead letter", observed=lambda: "none", within_s=60)

    return send
