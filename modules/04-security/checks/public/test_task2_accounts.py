"""Task 2: getting an account and changing its password, the plain cases."""

from grader.checkpoint import check, expect_that

USERS = "accounts_user"


@check("accounts.register", seconds=60)
def test_who_registers_can_log_in(db, rng, register, try_login):
    """Who registers gets 202 and no token, and is a reader who can log in with that password."""
    name, password = rng.word(), rng.sentence()
    answer = register(name, password).expect(202)
    expect_that("eyJ" not in answer.text, expected="no token in the answer to a registration", observed=answer.text)
    row = db.one(USERS, "role", "is_active", username=name)
    assert (row["role"], row["is_active"]) == ("reader", True)
    try_login(name, password=password).expect(200)


@check("accounts.register", seconds=60)
def test_a_bad_body_is_refused(db, rng, register, on_field):
    """An address that is none, a name with a space and a password that is too short are refused on the field."""
    on_field(register(rng.word(), rng.sentence(), email=rng.word()), "email")
    on_field(register(f"{rng.word()} {rng.word()}", rng.sentence()), "username")
    name = rng.word()
    on_field(register(name, "7xQ!"), "password")
    assert db.count(USERS, username=name) == 0
    register(name, rng.sentence()).expect(202)


@check("accounts.names", seconds=60)
def test_a_name_in_another_spelling(db, rng, register, try_login):
    """A name logs in however its letters are encoded, and registers once."""
    word, password = rng.word(), rng.sentence()
    register(f"fi{word}", password).expect(202)
    try_login(f"\ufb01{word}", password=password).expect(200)
    register(f"\ufb01{word}", rng.sentence()).expect(202)
    assert db.count(USERS, username=f"fi{word}") == 1


@check("accounts.password", seconds=60)
def test_a_password_is_changed(api, rng, try_login, on_field):
    """Who says the password so far gets a new one; with a wrong one nothing changes."""
    new, person = rng.sentence(), api.people["contributor"]
    wrong = {"current_password": rng.sentence(), "new_password": new}
    on_field(api.post("/auth/password/", as_="contributor", json=wrong), "current_password")
    right = {"current_password": person.password, "new_password": new}
    api.post("/auth/password/", as_="contributor", json=right).expect(204)
    try_login(person, password=new).expect(200)
    try_login(person).expect(401)


@check("accounts.invite", seconds=60)
def test_an_invitation(api, rng, try_login):
    """Whom an admin invites sets a password with the token, and logs in; nobody else invites."""
    name, password = rng.word(), rng.sentence()
    made = {"username": name, "email": f"{name}@example.com", "first_name": "", "last_name": "", "role": "contributor"}
    key = api.post("/users/", as_="admin", json={**made, "is_active": True}).expect(201).object()["id"]
    api.post("/auth/invite/", as_="editor", json={"user": key}).expect(403)
    token = api.post("/auth/invite/", as_="admin", json={"user": key}).expect(200).object()["token"]
    api.post("/auth/set-password/", json={"token": token, "new_password": password}).expect(204)
    try_login(name, password=password).expect(200)


@check("accounts.invitation-void", seconds=60)
def test_a_token_is_void_after_its_use(api, rng):
    """The token of an invitation sets a password once."""
    token = (
        api.post("/auth/invite/", as_="admin", json={"user": api.people["reader2"].id}).expect(200).object()["token"]
    )
    api.post("/auth/set-password/", json={"token": token, "new_password": rng.sentence()}).expect(204)
    api.post("/auth/set-password/", json={"token": token, "new_password": rng.sentence()}).expect(401)


@check("accounts.enumeration", seconds=60)
def test_who_has_an_account(api, rng, register, try_login):
    """Log-in and registration answer alike, whether there is such an account or not."""
    unknown, wrong = (try_login(name, password=rng.sentence()) for name in (rng.word(), api.people["editor"].username))
    assert (wrong.status_code, wrong.text) == (unknown.status_code, unknown.text)
    assert wrong.status_code == 401
    free, taken = (register(name, rng.sentence()) for name in (rng.word(), api.people["editor"].username))
    assert (taken.status_code, taken.text) == (free.status_code, free.text)
    assert free.status_code == 202


@check("accounts.mass-assignment", seconds=60)
def test_nobody_registers_as_an_admin(db, rng, register):
    """A role in the body of a registration changes nothing."""
    name, plain = rng.word(), rng.word()
    register(name, rng.sentence(), more={"role": "admin", "is_superuser": True}).expect(202, 400)
    register(plain, rng.sentence()).expect(202)
    assert db.one(USERS, "role", username=plain)["role"] == "reader"
    assert [row for row in db.rows(USERS, "role", "is_superuser", username=name) if row["role"] != "reader"] == []
    assert db.count(USERS, username=name, is_superuser=True) == 0


@check("accounts.storage", seconds=60)
def test_passwords_are_stored_with_argon2(db, rng, register):
    """A new password is stored with Argon2."""
    name = rng.word()
    register(name, rng.sentence()).expect(202)
    stored = db.one(USERS, "password", username=name)["password"]
    assert stored.split("$")[0] == "argon2"


@check("accounts.enumeration-cost", seconds=200)
def test_a_name_that_nobody_has_costs_as_much(same_cost, rng, try_login):
    """A log-in costs as much for a name that nobody has as for a wrong password."""
    same_cost(
        {
            "a name that nobody has": lambda client: try_login(rng.word(), password=rng.sentence(), client=client),
            "a wrong password": lambda client: try_login("editor", password=rng.sentence(), client=client),
        },
    )
