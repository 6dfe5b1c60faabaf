"""Task 2: what further fields in a body do not change, and how passwords are stored."""

import base64
import hashlib

from grader.checkpoint import check, expect_that

USERS = "accounts_user"
KEPT = ("id", "role", "is_staff", "is_superuser", "is_active")
OTHERS = {"role": "admin", "is_staff": True, "is_superuser": True, "is_active": False, "id": 424_242}


def kept(db, key):
    """What of an account nobody may change here."""
    return db.one(USERS, *KEPT, id=key)


@check("accounts.mass-assignment", seconds=120)
def test_registered_with_more(db, rng, register):
    """A registration with further fields is refused, or makes a reader like any other."""
    for field, value in [*OTHERS.items(), (None, None)]:
        name = rng.word()
        more = OTHERS if field is None else {field: value}
        register(name, rng.sentence(), more=more).expect(202, 400)
        for row in db.rows(USERS, *KEPT, username=name):
            seen = {"id": row["id"] == OTHERS["id"], **{one: row[one] for one in KEPT[1:]}}
            plain = {"id": False, "role": "reader", "is_staff": False, "is_superuser": False, "is_active": True}
            expect_that(seen == plain, expected=f"a plain reader, though `{field}` was sent", observed=seen)
    plain = rng.word()
    register(plain, rng.sentence()).expect(202)
    assert db.count(USERS, username=plain) == 1


@check("accounts.mass-assignment", seconds=120)
def test_more_in_every_other_body(api, db, rng, member, log_in, try_login):
    """At the other paths further fields are refused or ignored as well."""
    one, new = member("reader"), rng.sentence()
    before = kept(db, one.id)
    given = {"username": one.username, "password": one.password, **OTHERS}
    api.post("/auth/login/", json=given).expect(200, 400)
    assert kept(db, one.id) == before
    session = log_in(one)
    body = {"current_password": one.password, "new_password": new, **OTHERS, "user": api.people["reader2"].id}
    changed = api.post("/auth/password/", as_=session.caller, json=body).expect(204, 400)
    assert kept(db, one.id) == before
    try_login(one, password=new if changed.status_code == 204 else one.password).expect(200)
    body = {"user": one.id, **OTHERS}
    api.post("/auth/invite/", as_="admin", json=body).expect(200, 400)
    assert kept(db, one.id) == before
    token = api.post("/auth/invite/", as_="admin", json={"user": one.id}).expect(200).object()["token"]
    body = {"token": token, "new_password": rng.sentence(), **OTHERS, "user": api.people["reader2"].id}
    api.post("/auth/set-password/", json=body).expect(204, 400)
    assert kept(db, one.id) == before
    session = log_in("reader2")
    before = kept(db, session.person.id)
    for field, value in OTHERS.items():
        api.patch("/users/me/", as_=session.caller, json={field: value}).expect(200, 400)
        assert kept(db, session.person.id) == before
    api.post("/auth/refresh/", json={"refresh": session.refresh, **OTHERS}).expect(200, 400)
    assert kept(db, session.person.id) == before


def stored(db, key):
    """The password of an account as it stands in its row."""
    return db.one(USERS, "password", id=key)["password"]


def pbkdf2(password, salt, rounds=1_000):
    """A password as Django stores it with PBKDF2."""
    made = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), rounds)
    return f"pbkdf2_sha256${rounds}${salt}${base64.b64encode(made).decode()}"


@check("accounts.storage", seconds=120)
def test_every_new_password(api, db, rng, member, log_in):
    """A password that is changed or set is stored with Argon2, too."""
    session = log_in("contributor")
    body = {"current_password": session.person.password, "new_password": rng.sentence()}
    api.post("/auth/password/", as_=session.caller, json=body).expect(204)
    assert stored(db, session.person.id).split("$")[0] == "argon2"
    other = member("reader", password="!")
    token = api.post("/auth/invite/", as_="admin", json={"user": other.id}).expect(200).object()["token"]
    api.post("/auth/set-password/", json={"token": token, "new_password": rng.sentence()}).expect(204)
    assert stored(db, other.id).split("$")[0] == "argon2"


@check("accounts.storage", seconds=120)
def test_an_old_hash(api, db, rng, member, log_in, try_login, accepted):
    """A password that was stored with PBKDF2 logs in, and is stored with Argon2 then."""
    password = f" {rng.sentence()} "
    one = member("editor", password=pbkdf2(password, rng.word()))
    before = stored(db, one.id)
    try_login(one, password=password.strip()).expect(401)
    assert stored(db, one.id) == before
    session = log_in(one, password=password)
    assert stored(db, one.id).split("$")[0] == "argon2"
    accepted(session)
    try_login(one, password=password).expect(200)
    try_login(one, password=password.strip()).expect(401)
