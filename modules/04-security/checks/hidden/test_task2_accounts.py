"""Task 2: registration, passwords and invitations."""

from grader.checkpoint import check, expect, expect_that

USERS = "accounts_user"
LONG = 129
LONGEST = "long " * 25 + "7xQ"  # 128 characters
SHORT, COMMON, NUMBERS = "7xQ!", "password123", "8372918273645"


@check("accounts.register", seconds=120)
def test_what_becomes_of_an_account(db, rng, register, try_login):
    """A new account is active and a reader's, has the address that was sent, and nothing is given away or kept."""
    name, password = f"{rng.word()}.@+-_", f"  {rng.sentence()} \ufb01 "
    address = f"{rng.word()}@example.com"
    answer = register(name, password, email=address, version="").expect(202)
    assert "eyJ" not in answer.text
    row = db.one(USERS, "email", "role", "is_active", "is_staff", "is_superuser", "password", username=name)
    assert row["email"] == address
    assert row["role"] == "reader"
    assert (row["is_active"], row["is_staff"], row["is_superuser"]) == (True, False, False)
    assert password.strip() not in row["password"]
    try_login(name, password=password).expect(200)
    try_login(name, password=password.strip()).expect(401, because="spaces belong to the password")
    try_login(name, password=password.replace("\ufb01", "fi")).expect(401, because="a password is taken as typed")


@check("accounts.register", seconds=120)
def test_what_is_refused(api, db, rng, on_field):
    """What is wrong is refused with 400 on its field, for a free name and for one that is taken; nothing is written."""
    before = db.count(USERS)
    for name in (rng.word(), api.people["reader"].username):
        right = {"username": name, "email": f"{rng.word()}@example.com", "password": rng.sentence()}
        wrong = {
            "email": ["", rng.word(), f"{rng.word()}@", 7, None, [right["email"]], ...],
            "password": ["", SHORT, COMMON, NUMBERS, "x1-" * (LONG // 3), 12345678901, None, {}, ...],
        }
        for field, values in wrong.items():
            for value in values:
                on_field(api.post("/auth/register/", json=_with(right, field, value)), field)
    for value in ("", f"{name} {name}", f"{name}!", f"{name}/", "x" * 151, 7, None, [name], ...):
        on_field(api.post("/auth/register/", json=_with(right, "username", value)), "username")
    same = f"{rng.slug()}"
    on_field(api.post("/auth/register/", json={**right, "username": same, "password": same}), "password")
    like = {**right, "email": f"{same}@example.com", "password": same}
    on_field(api.post("/auth/register/", json=like), "password")
    assert db.count(USERS) == before
    longest = {**right, "username": "x" * 150, "password": LONGEST}
    api.post("/auth/register/", json=longest).expect(202, because="150 and 128 characters are allowed")
    assert db.count(USERS) == before + 1
    api.post("/auth/login/", json=longest).expect(200, because="a password of 128 characters logs in")


def _with(body, field, value):
    """That body with another value in a field; ``...`` leaves it out."""
    rest = {name: sent for name, sent in body.items() if name != field}
    return rest if value is ... else {**rest, field: value}


@check("accounts.names", seconds=120)
def test_spellings_of_a_name(db, rng, register, try_login):
    """A name is the same in every spelling that NFKC makes one: it is taken in each, and logs in by each."""
    word = rng.word()
    spellings = [
        (f"{word}\u00e9", f"{word}e\u0301"),
        (f"{word}\ufb03", f"{word}ffi"),
        (f"{word}A", f"{word}\uff21"),
    ]
    for first, second in spellings:
        password, before = rng.sentence(), db.count(USERS)
        register(first, password).expect(202)
        register(second, rng.sentence()).expect(202)
        expect(db.count(USERS), equal_to=before + 1, because="two spellings of one name register once")
        for name in (first, second):
            try_login(name, password=password).expect(200)


@check("accounts.names", seconds=90)
def test_capitals_are_other_names(rng, register, try_login):
    """`ann` and `Ann` are two names, each with its password."""
    word, passwords = rng.word(), (rng.sentence(), rng.sentence())
    names = (word, word.capitalize())
    for name, password in zip(names, passwords, strict=True):
        register(name, password).expect(202)
    for name, password in zip(names, passwords, strict=True):
        try_login(name, password=password).expect(200)
    try_login(names[0], password=passwords[1]).expect(401)


PASSWORD = "/auth/password/"


@check("accounts.password", seconds=90)
def test_who_may_change_a_password(api, rng, log_in, try_login):
    """It takes a token or a cookie session with a CSRF token, and this is asked before the body is looked at."""
    one, new = api.people["reader"], f" {LONGEST[2:]} "
    body = {"current_password": one.password, "new_password": new}
    for version in ("v1", ""):
        for sent in ({"json": body}, {"body": b"{"}, {"json": []}):
            api.post(PASSWORD, version=version, **sent).expect(401)
    api.post(PASSWORD, as_="reader", json=body, csrf=False).expect(403)
    try_login("reader").expect(200, because="nobody changed the password")
    api.post(PASSWORD, as_="reader", json=body).expect(204)
    session = log_in("reader", password=new)
    back = {"current_password": new, "new_password": rng.sentence()}
    api.post(PASSWORD, as_=session.caller, json=back, version="").expect(204)
    try_login("reader", password=new).expect(401)
    try_login("reader", password=back["new_password"]).expect(200)


@check("accounts.password", seconds=120)
def test_which_passwords_are_refused(api, rng, on_field, try_login):
    """A wrong current password and a bad new one are refused on their fields, and nothing changes."""
    one = api.people["editor"]
    right = {"current_password": one.password, "new_password": rng.sentence()}
    for field in right:
        for value in (7, None, [], ...):
            on_field(api.post(PASSWORD, as_="editor", json=_with(right, field, value)), field)
    for value in (rng.sentence(), f"{one.password} ", one.password.swapcase()):
        on_field(api.post(PASSWORD, as_="editor", json=_with(right, "current_password", value)), "current_password")
        try_login("editor").expect(200)
    for value in (SHORT, COMMON, NUMBERS, "x1-" * (LONG // 3), one.username):
        on_field(api.post(PASSWORD, as_="editor", json=_with(right, "new_password", value)), "new_password")
    both = {"current_password": rng.sentence(), "new_password": SHORT}
    api.post(PASSWORD, as_="editor", json=both).expect(400)
    try_login("editor", password=right["new_password"]).expect(401)
    try_login("editor").expect(200)


INVITE, SET = "/auth/invite/", "/auth/set-password/"
NOBODY = 99_999_999


@check("accounts.invite", seconds=90)
def test_who_invites(api, db, rows, on_field):
    """Admins invite, superusers who are admins also superusers; what names no account is 400 on `user`."""
    plain, powerful = rows.user(role="reader").id, rows.user(role="reader").id
    db.update(USERS, {"is_superuser": True}, id=powerful)
    db.update(USERS, {"is_superuser": True, "is_staff": True}, id=api.people["editor2"].id)
    db.update(USERS, {"is_superuser": True}, id=api.people["admin2"].id)
    for who in ("reader", "contributor", "editor", "editor2", "demoted"):
        for body in ({"user": plain}, {"user": powerful}, {"user": NOBODY}, {}):
            api.post(INVITE, as_=who, json=body).expect(403)
    for body in ({"user": plain}, {"user": NOBODY}, []):
        api.post(INVITE, json=body).expect(401)
        api.post(INVITE, as_="inactive", json=body).expect(401)
    api.post(INVITE, as_="admin", json={"user": powerful}).expect(403)
    for who, key in (("admin", plain), ("admin2", plain), ("admin2", powerful)):
        found = api.post(INVITE, as_=who, json={"user": key}, version="").expect(200)
        token = found.object().get("token")
        expect_that(isinstance(token, str) and token != "", expected="`token`, a text", observed=token)
    for value in (NOBODY, str(plain), f"x{plain}", True, None, [plain], {"id": plain}, 1.5, 10**30, -1, ...):
        on_field(api.post(INVITE, as_="admin", json=_with({"user": plain}, "user", value)), "user")


@check("accounts.invite", seconds=120)
def test_what_a_token_is_good_for(api, rng, member, on_field, try_login):
    """A token sets the password of its account and of no other; one that is refused leaves it as it was."""
    one, other = member("contributor"), member("editor", password="!")
    first, second = (
        api.post(INVITE, as_="admin", json={"user": who.id}).expect(200).object()["token"] for who in (one, other)
    )
    for value in (SHORT, COMMON, NUMBERS, "x1-" * (LONG // 3), 7, None, [], ..., one.username):
        body = _with({"token": first, "new_password": ""}, "new_password", value)
        on_field(api.post(SET, json=body), "new_password")
    for value in (7, None, [], ...):
        on_field(api.post(SET, json=_with({"token": "", "new_password": rng.sentence()}, "token", value)), "token")
    for value in (SHORT, COMMON):
        on_field(api.post(SET, json={"token": second, "new_password": value}), "new_password")
    for who, token in ((other, second), (one, first)):  # which a password that was refused leaves as they were
        password = f" {rng.sentence()} "
        api.post(SET, json={"token": token, "new_password": password}, version="").expect(204)
        try_login(who, password=password).expect(200)
    try_login(one).expect(401)


@check("accounts.invitation-void", seconds=120)
def test_what_is_no_token(api, rng, member):
    """A text that is no token, or one that was changed, is 401, whatever the password."""
    one, other = member(), member()
    token = api.post(INVITE, as_="admin", json={"user": one.id}).expect(200).object()["token"]
    last = "b" if token[-1] == "a" else "a"
    odd = [rng.word(), f"{token[:-1]}{last}", f"{token}x", token.swapcase(), "x" * 300, f"{rng.sentence()} \u2028"]
    odd.append(token.replace(str(one.id), str(other.id)) if str(one.id) in token else rng.slug())
    for text in odd:
        for password in (rng.sentence(), SHORT, "x1-" * (LONG // 3)):
            answer = api.post(SET, json={"token": text, "new_password": password})
            answer.expect(401, because="the token is void").problem(401)
    api.post(SET, json={"token": token, "new_password": rng.sentence()}).expect(204)


def _log_in(it):
    it["try_login"](it["who"]).expect(200)


def _log_in_by_cookie(it):
    it["db"].update(USERS, {"is_staff": True}, id=it["who"].id)
    it["admin_login"](it["who"]).expect(302)


def _change_password(it):
    body = {"current_password": it["who"].password, "new_password": it["rng"].sentence()}
    it["api"].post("/auth/password/", as_=it["session"].caller, json=body).expect(204)


def _use_another(it):
    token = it["api"].post(INVITE, as_="admin", json={"user": it["who"].id}).expect(200).object()["token"]
    it["api"].post(SET, json={"token": token, "new_password": it["rng"].sentence()}).expect(204)


def _change_address(it):
    body = {"email": f"{it['rng'].word()}@example.com"}
    it["api"].patch(f"/users/{it['who'].id}/", as_="admin", json=body).expect(200)


def _close(it):
    it["api"].patch(f"/users/{it['who'].id}/", as_="admin", json={"is_active": False}).expect(200)


EVENTS = {
    "a log-in": _log_in,
    "a log-in by cookie": _log_in_by_cookie,
    "a change of the password": _change_password,
    "the use of another token": _use_another,
    "a change of the address": _change_address,
    "the end of the account": _close,
}


@check("accounts.invitation-void", seconds=180)
def test_what_makes_a_token_void(api, db, rng, member, log_in, try_login, admin_login):
    """After a log-in, a change of the password or the address, and in a closed account, a token is void."""
    for title, happen in EVENTS.items():
        who = member("contributor")
        it = {"api": api, "db": db, "rng": rng, "who": who, "try_login": try_login, "admin_login": admin_login}
        if happen is _change_password:
            it["session"] = log_in(who)
        token = api.post(INVITE, as_="admin", json={"user": who.id}).expect(200).object()["token"]
        happen(it)
        for password in (rng.sentence(), SHORT):
            body = {"token": token, "new_password": password}
            api.post(SET, json=body).expect(401, because=f"{title} came after the invitation")
    stays = member("contributor")
    session = log_in(stays)
    token = api.post(INVITE, as_="admin", json={"user": stays.id}).expect(200).object()["token"]
    api.patch(f"/users/{stays.id}/", as_="admin", json={"first_name": rng.word(), "role": "editor"}).expect(200)
    api.post("/auth/refresh/", json={"refresh": session.refresh})
    try_login(stays, password=rng.sentence()).expect(401)
    answer = api.post(SET, json={"token": token, "new_password": rng.sentence()})
    answer.expect(204, because="neither another name or role, nor a refresh, nor a failure makes an invitation void")
