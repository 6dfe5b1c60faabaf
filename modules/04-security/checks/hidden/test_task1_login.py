"""Task 1: who gets tokens, what a body has to have, and what no answer may be kept of."""

from urllib.parse import urlencode

from grader.checkpoint import check, expect, expect_that

FOR_EVERYBODY = ("login", "refresh", "register", "set-password", "logout")
PERSONAL = ("password", "invite", "logout-everywhere")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


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
    try_login("inactive").problem(401)
    try_login(rng.word(), password=api.people["reader"].password).problem(401)
    api.post("/auth/refresh/", json={"refresh": rng.word()}).problem(401)
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
def test_bodies_that_are_no_objects(api, try_login):
    """JSON that is no object is 400, and so is what is no JSON; a form is 415, right as its fields may be."""
    person = api.people["reader"]
    try_login("reader").expect(200)
    for name in FOR_EVERYBODY:
        for sent in ([], ["username"], 7, "text", None):
            api.post(f"/auth/{name}/", json=sent).expect(400, because=f"{sent!r} has no fields")
        api.post(f"/auth/{name}/", body=b"{", headers={"Content-Type": "application/json"}).expect(400)
        fields = {"username": person.username, "password": person.password}
        api.post(f"/auth/{name}/", body=urlencode(fields).encode(), headers=FORM).expect(415)


@check("tokens.login")
def test_other_methods(api, try_login):
    """Every method but POST is 405, at every path."""
    try_login("reader").expect(200)
    for path in (*FOR_EVERYBODY, *PERSONAL):
        for method in ("GET", "PUT", "PATCH", "DELETE"):
            api.request(method, f"/auth/{path}/", as_="admin", json={}).expect(405)


@check("tokens.login", seconds=90)
def test_no_answer_is_kept(api, rng, register, member, try_login):
    """Every answer to a POST says `Cache-Control: no-store`, tokens and refusals alike, at every path."""
    one, other = api.people["editor"], member()

    def post(name, body, as_=None, **options):
        return api.post(f"/auth/{name}/", as_=as_, json=body, **options)

    begun, invited = try_login("reader").expect(200), post("invite", {"user": other.id}, as_="admin")
    refreshed = post("refresh", {"refresh": begun.object().get("refresh")}).expect(200)
    wrong = {"current_password": rng.sentence(), "new_password": rng.sentence()}
    answers = [
        begun,
        try_login("reader", password=rng.word()).expect(401),
        *(post(name, {}) for name in (*FOR_EVERYBODY, *PERSONAL)),
        api.post("/auth/login/", body=b"{", headers={"Content-Type": "application/json"}),
        api.post("/auth/login/", body=b"a=b", headers=FORM),
        *(post(name, {"refresh": rng.word()}) for name in ("refresh", "logout")),
        refreshed,
        register(rng.word(), rng.sentence()),
        register(rng.word(), rng.sentence(), email=rng.word()),
        invited,
        *(post("invite", {}, as_=who) for who in ("editor", "admin")),
        post("set-password", {"token": rng.word(), "new_password": rng.sentence()}),
        post("set-password", {"token": invited.object().get("token"), "new_password": rng.sentence()}),
        post("password", wrong, as_="editor"),
        *(post(name, {}, as_="editor", csrf=False) for name in PERSONAL),
        post("password", {**wrong, "current_password": one.password}, as_="editor"),
        post("logout", {"refresh": refreshed.object().get("refresh")}),
        post("logout-everywhere", {}, as_="reader"),
    ]
    for answer in answers:
        told = answer.header("Cache-Control")
        expect_that(
            "no-store" in told.lower() or answer.status_code == 500,
            expected=f"`Cache-Control: no-store` in the {answer.status_code} of {answer.asked}",
            observed=told or "no such header",
        )
        if any(answer.asked.path.endswith(f"/{name}/") for name in FOR_EVERYBODY):
            _sets_no_cookie(answer)


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


@check("tokens.login", seconds=90)
def test_who_asks_does_not_matter_elsewhere(api, rng, member, raw):
    """Nor does it count at `/register/` and `/set-password/`, and no cookie is set there."""
    callers = [None, raw("Bearer nonsense"), raw(None, cookie_of="editor")]
    bodies = {"register": [], "set-password": []}
    for _ in callers:
        invited = api.post("/auth/invite/", as_="admin", json={"user": member().id}).object()
        name, password = rng.word(), rng.sentence()
        bodies["register"].append({"username": name, "email": f"{name}@example.com", "password": password})
        bodies["set-password"].append({"token": invited.get("token"), "new_password": password})
    for name, sent in bodies.items():
        answers = [
            api.post(f"/auth/{name}/", as_=caller, json=body, csrf=False)
            for caller, body in zip(callers, sent, strict=True)
        ]
        found = [answer.status_code for answer in answers]
        expect(found, equal_to=found[:1] * len(found), because=f"nobody looks who asks for {answers[0].asked}")
        for answer in answers:
            _sets_no_cookie(answer)


def _sets_no_cookie(answer):
    """A cookie that is deleted is none: an empty value, or a time that is over."""
    for line in filter(None, answer.header("Set-Cookie").split("\n")):
        value, _, rest = line.partition(";")
        gone = value.partition("=")[2].strip().strip('"') == "" or "max-age=0" in rest.lower()
        expect_that(
            gone, expected=f"no cookie for {answer.asked}", observed=f"`Set-Cookie: {value.partition('=')[0]}=…`"
        )
