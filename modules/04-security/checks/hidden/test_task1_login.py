"""Task 1: who gets tokens, what a body has to have, and what no answer may be kept of."""

from grader.checkpoint import check, expect_that

PATHS = ("login", "refresh")


@check("tokens.login")
def test_under_both_addresses(api, log_in, try_login, accepted, rng):
    """`/api/auth/login/` gives tokens as `/api/v1/auth/login/` does, and refuses what that refuses."""
    person = api.people["contributor"]
    body = {"username": person.username, "password": person.password}
    for version in ("v1", ""):
        found = api.post("/auth/login/", json=body, version=version).expect(200).object()
        accepted(found["access"], person=person)
        wrong = {**body, "password": rng.sentence()}
        api.post("/auth/login/", json=wrong, version=version).expect(401)
        following = api.post("/auth/refresh/", json={"refresh": found["refresh"]}, version=version).expect(200)
        accepted(following.object()["access"], person=person)


@check("tokens.login")
def test_who_gets_in(api, try_login, rng):
    """An unknown name, a wrong password and a closed account get 401; each of the others their own tokens."""
    for who in ("reader", "admin2", "demoted"):
        try_login(who).expect(200)
    try_login("inactive").expect(401)
    try_login(rng.word(), password=api.people["reader"].password).expect(401)
    try_login("reader", password=f"{api.people['reader'].password}x").expect(401)
    try_login("reader", password=api.people["reader"].password.swapcase()).expect(401)


@check("tokens.login")
def test_a_body_in_which_something_is_missing_or_wrong(api, on_field, try_login):
    """A field that is missing or has the wrong type is 400 on that field."""
    person = api.people["reader"]
    right = {"username": person.username, "password": person.password}
    try_login("reader").expect(200)
    for name in right:
        on_field(api.post("/auth/login/", json={key: right[key] for key in right if key != name}), name)
        for wrong in (7, None, True, ["x"], {"x": 1}):
            on_field(api.post("/auth/login/", json={**right, name: wrong}), name)
    for body in ({}, *({"refresh": wrong} for wrong in (7, None, False, [], {}))):
        on_field(api.post("/auth/refresh/", json=body), "refresh")
    api.post("/auth/refresh/", json={"refresh": ""}).expect(400, 401)


@check("tokens.login")
def test_other_methods(api, try_login):
    """Every method but POST is 405."""
    try_login("reader").expect(200)
    for path in PATHS:
        for method in ("GET", "PUT", "PATCH", "DELETE"):
            api.request(method, f"/auth/{path}/", json={}).expect(405)


@check("tokens.login")
def test_no_answer_is_kept(api, try_login, log_in, rng):
    """Every answer says `Cache-Control: no-store`, tokens and refusals alike."""
    session = log_in("reader")
    answers = [
        try_login("reader").expect(200),
        try_login("reader", password=rng.word()).expect(401),
        api.post("/auth/login/", json={}).expect(400),
        api.post("/auth/refresh/", json={"refresh": session.refresh}).expect(200),
        api.post("/auth/refresh/", json={"refresh": rng.word()}).expect(401),
        api.post("/auth/refresh/", json={}).expect(400),
    ]
    for answer in answers:
        told = answer.header("Cache-Control")
        expect_that(
            "no-store" in told.lower(),
            expected=f"`Cache-Control: no-store` in the {answer.status_code} of {answer.asked}",
            observed=told or "no such header",
        )


@check("tokens.login")
def test_who_asks_does_not_matter(api, log_in, raw, try_login):
    """Neither `Authorization` nor a cookie counts where tokens are given, and no cookie is set."""
    person, editor = api.people["reader"], api.people["editor"]
    body = {"username": person.username, "password": person.password}
    other = log_in("editor")
    callers = [
        raw("Bearer nonsense"),
        raw("Bearer"),
        raw(f"Bearer {other.access}"),
        raw(None, cookie_of="editor"),
        raw("Bearer nonsense", cookie_of="editor"),
    ]
    for caller in callers:
        answer = api.post("/auth/login/", as_=caller, json=body, csrf=False).expect(200)
        seen = api.get("/users/me/", as_=raw(f"Bearer {answer.object()['access']}")).expect(200).object()["id"]
        expect_that(seen == person.id, expected="tokens of the name in the body", observed=f"those of {seen}")
        again = api.post("/auth/refresh/", as_=caller, json={"refresh": answer.object()["refresh"]}, csrf=False)
        for one in (answer, again.expect(200)):
            _sets_no_cookie(one)
    api.get("/users/me/", as_="editor").expect(200)
    assert api.get("/users/me/", as_=other.caller).expect(200).object()["id"] == editor.id


def _sets_no_cookie(answer):
    """A cookie that is deleted is none: an empty value, or a time that is over."""
    for line in filter(None, answer.header("Set-Cookie").split("\n")):
        value, _, rest = line.partition(";")
        gone = value.partition("=")[2].strip().strip('"') == "" or "max-age=0" in rest.lower()
        expect_that(
            gone, expected=f"no cookie for {answer.asked}", observed=f"`Set-Cookie: {value.partition('=')[0]}=…`"
        )
