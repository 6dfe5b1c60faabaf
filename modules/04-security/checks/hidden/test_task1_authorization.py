"""Task 1: what the header `Authorization` says."""

from grader.checkpoint import check, expect, expect_that

PUBLIC, PRIVATE = "/posts/", "/users/me/"
OTHER_SCHEMES = ("Basic dXNlcjpwYXNz", "Bearerx y", "Token abc", "Digest username=x", "xBearer y")


def _challenges(answer):
    told = answer.header("WWW-Authenticate")
    expect_that(
        any(one.strip().lower().startswith("bearer") for line in told.split("\n") for one in line.split(",")),
        expected=f"`WWW-Authenticate: Bearer …` in the 401 of {answer.asked}",
        observed=told or "no such header",
    )


@check("tokens.authorization")
def test_other_schemes_are_as_if_they_were_not_there(api, raw, log_in):
    """With another scheme than `Bearer` a cookie session counts, and without one nobody asks."""
    valid, editor = log_in("reader").access, api.people["editor"]
    for header in (None, *OTHER_SCHEMES, f"JWT {valid}"):
        expect(api.get(PRIVATE, as_=raw(header, cookie_of="editor")).expect(200).object()["id"], equal_to=editor.id)
        api.get(PUBLIC, as_=raw(header)).expect(200)
        _challenges(api.get(PRIVATE, as_=raw(header)).expect(401))
    api.get(PRIVATE, as_=raw(f"bearer {valid}")).expect(200, 401)


@check("tokens.authorization")
def test_a_valid_token_goes_before_a_cookie(api, raw, log_in, rng):
    """A valid token is that account, whatever cookie comes along, and needs no CSRF token."""
    session = log_in("reader")
    for cookie in (None, "editor"):
        caller, name = raw(f"Bearer {session.access}", cookie_of=cookie), rng.word()
        changed = api.patch(PRIVATE, as_=caller, json={"first_name": name}, csrf=False).expect(200).object()
        expect((changed["id"], changed["first_name"]), equal_to=(session.person.id, name))
    post = api.post("/posts/", as_=log_in("contributor").caller, json={"title": rng.title()}).expect(201).object()
    api.patch(f"/posts/{post['id']}/", as_=raw(None, cookie_of="contributor"), json={}, csrf=False).expect(403)
    api.post("/categories/", as_=raw(f"Bearer {session.access}", cookie_of="admin"), json={"name": "x"}).expect(403)


@check("tokens.authorization")
def test_anything_else_after_bearer(api, raw, log_in, rng):
    """`Bearer` alone or with anything else is 401: where nobody has to log in, and with a cookie session, too."""
    valid = log_in("reader").access
    api.get(PUBLIC, as_=raw(f"Bearer {valid}")).expect(200)
    api.get(PUBLIC, as_=raw(None, cookie_of="editor")).expect(200)
    for rest in ("", " ", f" {rng.word()}", " a.b.c", " ..", f" {valid} {valid}", f" {valid}x", f" {valid},", " null"):
        for cookie in (None, "editor"):
            caller = raw(f"Bearer{rest}", cookie_of=cookie)
            for path in (PUBLIC, PRIVATE, "/tags/"):
                _challenges(api.get(path, as_=caller).expect(401, because=f"`Bearer{rest[:20]}` is no valid token"))
            api.post("/posts/", as_=caller, json={"title": rng.title()}).expect(401)
    api.get(f"/{rng.word()}/", as_=raw("Bearer nonsense")).expect(404)


@check("tokens.authorization")
def test_every_401_says_how(api, log_in, rng):
    """Every 401 below `/api/` has `WWW-Authenticate: Bearer …`."""
    log_in("reader")
    answers = [
        api.get(PRIVATE),
        api.get(PRIVATE, version=""),
        api.post("/posts/", json={"title": rng.title()}),
        api.delete(f"/posts/{rng.randrange(10**6)}/"),
        api.post("/auth/login/", json={"username": rng.word(), "password": rng.word()}),
        api.post("/auth/login/", json={"username": rng.word(), "password": rng.word()}, version=""),
        api.post("/auth/refresh/", json={"refresh": rng.word()}),
        api.post("/auth/logout/", json={"refresh": rng.word()}),
        api.post("/auth/set-password/", json={"token": rng.word(), "new_password": rng.sentence()}),
        *(api.post(f"/auth/{name}/", json={}) for name in ("password", "invite", "logout-everywhere")),
        api.get(PUBLIC, headers={"Authorization": "Bearer nonsense"}),
    ]
    for answer in answers:
        _challenges(answer)
        answer.problem(401)
