"""Task 7: what other sites may ask, and what they may make browsers send."""

from urllib.parse import urlencode

import pytest

from grader.checkpoint import check, expect, expect_that, stored_rows

ALLOW, CREDENTIALS = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
EXPOSED = {"etag", "location", "retry-after", "x-request-id"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SENT = ("authorization", "content-type", "idempotency-key", "if-match", "if-none-match")
SLOW_S = 60
USERS = "accounts_user"
NEW = ("new_password1", "new_password2")


def words(answer, name):
    """The values of a list in a header, in small letters."""
    return {word.strip().lower() for word in answer.header(name).replace("\n", ",").split(",") if word.strip()}


def is_open(answer, origin):
    """Fails the check unless scripts of that origin may read the answer, and send no cookies."""
    seen = answer.header(ALLOW)
    shown = f"{answer.asked} ({answer.status_code})"
    expect_that(seen == origin, expected=f"`{ALLOW}: {origin}` on {shown}", observed=seen or "none")
    no_cookies(answer)


def is_closed(answer, origin):
    """Fails the check if any script of another site may read the answer."""
    seen = answer.header(ALLOW)
    expect_that(not seen, expected=f"no `{ALLOW}` for `Origin: {origin}` on {answer.asked}", observed=seen)
    no_cookies(answer)


def no_cookies(answer):
    """Fails the check if cookies may be sent along."""
    seen = answer.header(CREDENTIALS)
    expect_that(not seen, expected=f"no `{CREDENTIALS}` on {answer.asked}", observed=seen)


@pytest.fixture
def origins(rng):
    """Two that may ask, of another scheme and with a port."""
    return [f"https://{rng.word()}.example", f"http://{rng.word()}.example:{rng.randrange(3000, 9000)}"]


@pytest.fixture
def open_to(api_with, origins):
    """``open_to(THROTTLE_ANON="1/hour")`` is a server which those two may ask."""

    def serve(**env):
        api = api_with(env={"CORS_ALLOWED_ORIGINS": ",".join(origins), **env})
        api.get("/nothing/", within_s=SLOW_S).expect(404, 429)
        return api

    return serve


def preflight(api, path, origin, method="GET", **options):
    """What a browser asks before it sends what a page of that origin wants to send."""
    asked = {"Origin": origin, "Access-Control-Request-Method": method, **options.pop("headers", {})}
    return api.request("OPTIONS", path, headers=asked, **options)


@check("cors.allowed", seconds=120)
def test_answers_and_errors(open_to, origins, log_in, rng):
    """Every answer below `/api/` names the origin that asked, errors too, and exposes what clients need."""
    api = open_to()
    session, reader = (log_in(who, to=api, within_s=SLOW_S) for who in ("editor", "reader"))
    for origin in origins:
        sent = {"Origin": origin}
        name = rng.word()
        answers = [
            api.get("/tags/", headers=sent).expect(200),
            api.get("/tags/", headers=sent, version="").expect(200),
            api.post("/tags/", as_=session.caller, json={"name": name}, headers=sent).expect(201),
            api.post("/auth/login/", json={}, headers=sent).expect(400),
            api.post("/posts/", json={}, headers=sent).expect(401),
            api.post("/posts/", as_=reader.caller, json={"title": name}, headers=sent).expect(403),
            api.get("/nothing/", headers=sent).expect(404),
            api.get("/auth/login/", headers=sent).expect(405),
            api.get("/tags", headers=sent).expect(301, 302, 307, 308, 404),
        ]
        for answer in answers:
            is_open(answer, origin)
            exposed = words(answer, "Access-Control-Expose-Headers")
            missing = sorted(EXPOSED - exposed) if "*" not in exposed else []
            expect_that(not missing, expected=f"{missing} exposed by {answer.asked}", observed=sorted(exposed))
    api.cut("postgres")
    is_open(api.get("/tags/", headers={"Origin": origins[0]}).expect(500), origins[0])


@check("cors.allowed", seconds=90)
def test_a_refusal_above_a_rate(open_to, origins, rng, try_login):
    """A 429 names the origin as well, of a rate and of a lock-out."""
    api = open_to(THROTTLE_ANON="3/hour", LOGIN_FAILURE_LIMIT="1")
    here = "203.0.113.9"
    try_login("editor", password=rng.word(), to=api, client=here, within_s=SLOW_S)
    is_open(try_login("editor", to=api, client=here, headers={"Origin": origins[0]}).expect(429), origins[0])
    answers = [api.get("/tags/", headers={"Origin": origin}) for origin in origins * 2]
    is_open(answers[-1].expect(429), origins[-1])


@check("cors.allowed", seconds=90)
def test_other_origins(open_to, origins, rng):
    """Other origins get no such header: other schemes, ports and hosts, and `null`."""
    api = open_to()
    plain, ported = origins
    others = [
        plain.replace("https:", "http:"),
        f"{plain}:8443",
        f"{plain}.{rng.word()}.example",
        plain.replace("https://", f"https://{rng.word()}."),
        plain.replace("https://", f"https://{rng.word()}"),
        ported.rpartition(":")[0],
        f"{ported[:-1]}{(int(ported[-1]) + 1) % 10}",
        f"https://{rng.word()}.example",
        "null",
    ]
    for origin in others:
        for answer in (
            api.get("/tags/", headers={"Origin": origin}).expect(200),
            api.post("/posts/", json={}, headers={"Origin": origin}).expect(401),
            api.get("/nothing/", headers={"Origin": origin}).expect(404),
            preflight(api, "/tags/", origin, "PUT"),
        ):
            is_closed(answer, origin)
    is_open(api.get("/tags/", headers={"Origin": plain}).expect(200), plain)


@check("cors.allowed", seconds=90)
def test_other_paths(open_to, origins, rng):
    """Outside of `/api/` no origin gets such a header."""
    api = open_to()
    paths = ("/admin/", "/admin/login/", "/live", "/ready", f"/{rng.slug()}/", f"/{rng.slug()}/api/", "/apis/")
    for path in (*paths, f"/static/{rng.slug()}.css"):
        for origin in origins:
            is_closed(api.get(path, version=None, headers={"Origin": origin}), origin)
            is_closed(preflight(api, path, origin, version=None), origin)


@check("cors.allowed")
def test_nobody_by_default(api, rng):
    """Without the variable no origin is allowed, not even one's own."""
    for origin in (f"https://{rng.word()}.example", "http://localhost:3000", "https://localhost", "null"):
        is_closed(api.get("/tags/", headers={"Origin": origin}).expect(200), origin)
        is_closed(preflight(api, "/tags/", origin, "POST"), origin)


@check("cors.preflight", seconds=90)
def test_what_is_allowed(open_to, origins, rng):
    """A preflight is answered for every method and header of the contract, at every path of the API."""
    api = open_to()
    number = rng.randrange(1, 99)
    paths = ("/tags/", "/posts/", f"/posts/{number}/", f"/posts/{number}/publish/", "/users/me/", "/auth/login/")
    for path in (*paths, "/auth/password/", "/auth/logout-everywhere/"):
        for version in ("v1", ""):
            origin, method = rng.choice(origins), rng.choice(METHODS)
            asked = {"Access-Control-Request-Headers": ", ".join(SENT)}
            answer = preflight(api, path, origin, method, headers=asked, version=version).expect(200, 204)
            is_open(answer, origin)
            allowed = words(answer, "Access-Control-Allow-Methods")
            missing = [one for one in METHODS if one.lower() not in allowed and "*" not in allowed]
            expect_that(not missing, expected=f"{missing} allowed by {answer.asked}", observed=sorted(allowed))
            allowed = words(answer, "Access-Control-Allow-Headers")
            # By the standard `*` stands for every header but this one.
            covered = set(SENT) - {"authorization"} if "*" in allowed else set()
            missing = sorted(set(SENT) - allowed - covered)
            expect_that(not missing, expected=f"{missing} allowed by {answer.asked}", observed=sorted(allowed))


@check("cors.preflight", seconds=120)
@pytest.mark.parametrize("rate", ["BURST", "ANON", "LOGIN", "REGISTER", "SENSITIVE"])
def test_preflights_count_for_no_rate(open_to, origins, rate):
    """A preflight counts for no rate, and is answered above it."""
    api = open_to(**{f"THROTTLE_{rate}": "1/hour"})
    path = {"SENSITIVE": "/auth/set-password/", "REGISTER": "/auth/register/"}.get(rate, "/auth/login/")
    here = "203.0.113.9"
    for _ in range(3):
        is_open(preflight(api, path, origins[0], "POST", client=here).expect(200, 204), origins[0])
    api.post(path, json={}, client=here).expect(400, because="preflights before it count for nothing")
    api.post(path, json={}, client=here).expect(429)
    is_open(preflight(api, path, origins[0], "POST", client=here).expect(200, 204), origins[0])


@pytest.fixture
def forgeries(rng):
    """What another site can bring about: the options of such requests, by what is wrong with them."""
    evil = f"https://{rng.word()}.example"
    wrong = "".join(rng.choice("abcdefghijkmnopqrstuvwxyz0123456789") for _ in range(32))
    return {
        "no token": {"csrf": False},
        "a wrong token": {"headers": {"X-CSRFToken": wrong}},
        "an `Origin` of another site": {"headers": {"Origin": evil}},
        "an `Origin` that begins as this one": {"headers": {"Origin": f"https://localhost.{rng.word()}.example"}},
        "a `Referer` of another site": {"headers": {"Referer": f"{evil}/page"}},
        "no token, sent from another site": {"csrf": False, "headers": {"Origin": evil, "Referer": f"{evil}/"}},
    }


@check("csrf.refused", seconds=90)
def test_changes_by_session(api, db, rows, rng, forgeries):
    """A change by session is 403 and changes nothing without the right token, or from another site."""
    post = rows.post(state="draft", author="editor")
    comment, out = rows.comment(author="reader"), rows.post(state="out", author="editor")
    key = api.people["reader"].id
    before = stored_rows(db)
    passwords = {"current_password": api.people["editor"].password, "new_password": rng.sentence()}
    changes = (
        ("POST", "/posts/", {"title": rng.title(), "body": "x"}),
        ("PATCH", f"/posts/{post.id}/", {"title": rng.title()}),
        ("PUT", f"/posts/{post.id}/", {"title": rng.title(), "body": "x"}),
        ("POST", f"/posts/{post.id}/publish/", None),
        ("POST", f"/comments/{comment.id}/approve/", None),
        ("POST", "/comments/", {"post": out.id, "body": "x"}),
        ("PATCH", "/users/me/", {"first_name": rng.word()}),
        ("POST", "/auth/logout-everywhere/", None),
        ("POST", "/auth/password/", passwords),
        ("DELETE", f"/posts/{post.id}/", None),
    )
    of_admins = (
        ("POST", "/auth/invite/", {"user": key}),
        ("POST", "/users/", {"username": rng.word(), "email": f"{rng.word()}@example.com"}),
        ("PATCH", f"/users/{key}/", {"role": "admin"}),
    )
    for why, options in forgeries.items():
        for method, path, sent in of_admins:
            api.request(method, path, as_="admin", json=sent, **options).expect(403, because=why)
        for method, path, sent in changes:
            body = {} if sent is None else {"json": sent}
            api.request(method, path, as_="editor", **body, **options).expect(403, because=why)
            api.request(method, path, as_="editor", version="", **body, **options).expect(403, because=why)
        expect_that(stored_rows(db) == before, expected=f"nothing changed by requests with {why}", observed="a change")
    api.get("/users/me/", as_="editor").expect(200, because="the session has not ended")
    own = {"Origin": "https://localhost"}
    api.post(f"/posts/{post.id}/publish/", as_="editor", headers=own).expect(200, because="it came from this site")
    api.patch(f"/posts/{post.id}/", as_="editor", json={"title": rng.title()}).expect(200)


@check("csrf.refused", seconds=60)
def test_forms_without_a_preflight(api, db, rng, forgeries):
    """What a page can send without a preflight is no way around."""
    before = stored_rows(db)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        for why, options in forgeries.items():
            sent = {"Content-Type": kind, **options.get("headers", {})}
            body = b'{"title": "Hello", "body": "x"}'
            answer = api.post("/posts/", as_="editor", body=body, csrf=options.get("csrf", True), headers=sent)
            answer.expect(403, 415, 400, because=why)
    expect_that(stored_rows(db) == before, expected="no post by a form of another site", observed="a change")
    api.post("/posts/", as_="editor", json={"title": rng.title(), "body": "x"}).expect(201)


@check("csrf.refused", seconds=60)
def test_the_log_in_of_the_admin(api, db, admin_login, forgeries):
    """The admin's log-in is 403 without the right token or from another site, and logs nobody in."""
    person = api.people["editor"]
    db.update(USERS, {"is_staff": True}, id=person.id)
    before = db.one(USERS, "last_login", id=person.id)
    for why, options in forgeries.items():
        answer = admin_login("editor", **options).expect(403, because=why)
        cookies = [value for name, value in answer.pairs if name.lower() == "set-cookie" and "sessionid=" in value]
        expect_that(not cookies, expected=f"no session by a log-in with {why}", observed="a session")
    expect(db.one(USERS, "last_login", id=person.id), equal_to=before, because="nobody logged in")
    admin_login("editor").expect(302)


@check("csrf.refused", seconds=60)
def test_forms_of_the_admin(api, db, rng, site, forgeries):
    """A form of the admin is 403 as well, and changes nothing."""
    path = site.user(api.people["reader"].id)
    site.form(path)
    before = stored_rows(db)
    for why, options in forgeries.items():
        wrong = {"Content-Type": "application/x-www-form-urlencoded", **options.get("headers", {})}
        csrf = options.get("csrf", True)
        passwords = urlencode({"old_password": api.people["admin"].password, **dict.fromkeys(NEW, rng.sentence())})
        for place, sent in (
            (path, "username=another"),
            ("/admin/password_change/", passwords),
            ("/admin/logout/", "x=1"),
        ):
            answer = site.request("POST", place, body=sent.encode(), csrf=csrf, headers=wrong)
            answer.expect(403, because=f"{why}, at {place}")
    expect_that(stored_rows(db) == before, expected="no account changed by another site", observed="a change")
    site.submit(path, {"first_name": "Ann"})
