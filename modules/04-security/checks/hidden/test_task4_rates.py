"""Task 4: rates, path by path: what counts for which, and whose requests count together."""

import base64
import hashlib
import time
from itertools import count

import pytest

from grader.checkpoint import check, expect, expect_that

USERS = "accounts_user"
NEVER = ("login", "register", "set-password")
BY_TOKEN = ("refresh", "logout")
PERSONAL = ("password", "logout-everywhere", "invite")
HERE, THERE = "192.0.2.7", "192.0.2.8"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LOG = "audit_auditentry"
START_S = 60


@pytest.fixture
def address():
    """A new address with each call."""
    numbers = count(1)
    return lambda: f"203.0.113.{next(numbers)}"


def wait_told(answer, longest, least=1):
    """The answer is 429, with whole seconds in this range in `Retry-After`."""
    told = answer.expect(429).header("Retry-After")
    right = told.isascii() and told.isdigit() and least <= int(told[:9]) <= longest
    expect_that(right, expected=f"a whole number from {least} to {longest} in `Retry-After`", observed=told or "none")


def goes_through(answer, because):
    """The answer is another than 429."""
    expect_that(answer.status_code != 429, expected=f"no 429 for {answer.asked}: {because}", observed=429)


@check("limits.login", seconds=180)
def test_both_log_in_pages(api_with, address, try_login, admin_login, log_in):
    """`THROTTLE_LOGIN` counts both log-in pages together, by address alone, whatever the body, answer and caller."""
    api = api_with(env={"THROTTLE_LOGIN": "5/hour"})
    session = log_in("reader", to=api, client=address(), within_s=START_S)
    here, since = address(), time.monotonic()
    goes_through(api.post("/auth/login/", json=[], client=here), "it is the first")
    goes_through(admin_login("", password="", to=api, client=here), "it is the second")
    goes_through(api.post("/auth/login/", json={}, client=here, version="", as_="editor"), "it is the third")
    try_login("editor", to=api, client=here, within_s=START_S).expect(200, because="it is the fourth")
    goes_through(api.post("/auth/login/", body=b"a=b", headers=FORM, client=here), "it is the fifth")
    least = 3590 - round(time.monotonic() - since)
    for answer in (try_login("reader", to=api, client=here), admin_login("reader", to=api, client=here)):
        wait_told(answer, 3600, least)
    try_login("reader", to=api, client=here).problem(429)
    for as_ in (session.caller, "editor"):
        api.post("/auth/login/", json={}, client=here, as_=as_).expect(429, because="the address counts, not who asks")
    forwarded = {"X-Forwarded-For": "198.51.100.1", "User-Agent": "another"}
    api.post("/auth/login/", json={}, client=here, headers=forwarded).expect(429, because="no header makes an address")
    try_login("reader", to=api, client=address()).expect(200, because="another address has a count of its own")
    for network in range(7):
        far = api.post("/auth/login/", json={}, client=f"2001:db8:0:{network}::1")
        goes_through(far, "another network of IPv6 has a count of its own")
    api.get("/users/me/", as_="reader", client=here).expect(200, because="nothing else is limited")


@check("limits.login", seconds=180)
def test_what_is_above_the_rate(api_with, rng, try_login, admin_login):
    """An attempt above `THROTTLE_LOGIN` is not compared, is no failure, and writes nothing."""
    limit = 3
    api = api_with(env={"THROTTLE_LOGIN": "1/hour", "LOGIN_FAILURE_LIMIT": str(limit)})
    reader = api.people["reader"]
    api.db.update(USERS, {"password": pbkdf2(reader.password, rng.word()), "is_staff": True}, id=reader.id)
    try_login("editor", password=rng.word(), to=api, client=HERE, within_s=START_S).expect(401)
    before = (api.db.count(LOG), api.db.one(USERS, "password", id=reader.id))
    for _ in range(limit):
        try_login("editor", password=rng.word(), to=api, client=HERE).expect(429)
    for ask in (try_login, admin_login):
        ask("reader", to=api, client=HERE).expect(429)
    after = (api.db.count(LOG), api.db.one(USERS, "password", id=reader.id))
    expect(after, equal_to=before, because="whoever compares a password stored with PBKDF2 stores it anew")
    body = {"current_password": api.people["editor"].password, "new_password": "7xQ!"}
    answer = api.post("/auth/password/", as_="editor", json=body, client=HERE)
    answer.expect(400, because="one failure is not many, and what is above the rate is none")


def pbkdf2(password, salt, rounds=1_000):
    """A password as Django stores it with PBKDF2."""
    made = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), rounds)
    return f"pbkdf2_sha256${rounds}${salt}${base64.b64encode(made).decode()}"


@check("limits.login", seconds=180)
def test_the_default_of_log_ins(api_with, address):
    """Without the variable ten attempts a minute are allowed; an empty one is no limit."""
    api = api_with(env={"THROTTLE_LOGIN": None})
    api.get("/tags/", within_s=START_S).expect(200)
    who, since = address(), time.monotonic()
    answers = [api.post("/auth/login/", json={}, client=who) for _ in range(11)]
    if time.monotonic() - since < 50:
        found = [answer.status_code for answer in answers]
        expect(found, equal_to=[*[400] * 10, 429], because="answers to eleven attempts within a minute")
        wait_told(answers[-1], 60)


@check("limits.register", seconds=180)
def test_registrations(api_with, rng, address, register):
    """`THROTTLE_REGISTER` counts by address alone, whatever the body and who asks; above it nothing is written."""
    api = api_with(env={"THROTTLE_REGISTER": "3/hour"})
    here, since = address(), time.monotonic()
    register(rng.word(), rng.sentence(), to=api, client=here, within_s=START_S).expect(202)
    goes_through(api.post("/auth/register/", json=[], client=here, version=""), "it is the second")
    goes_through(api.post("/auth/register/", json={}, client=here, as_="reader"), "it is the third")
    name = rng.word()
    wait_told(register(name, rng.sentence(), to=api, client=here), 3600, 3590 - round(time.monotonic() - since))
    for who in ("reader", "editor"):
        register(name, rng.sentence(), to=api, client=here, as_=who).expect(429, because="the address counts")
    forwarded = {"X-Forwarded-For": "198.51.100.1", "User-Agent": "another"}
    register(name, rng.sentence(), to=api, client=here, headers=forwarded).expect(429)
    assert api.db.count(USERS, username=name) == 0
    api.post("/auth/login/", json={}, client=here).expect(400, because="another path is not counted by it")
    register(name, rng.sentence(), to=api, client=address()).expect(202)


@check("limits.register", seconds=180)
def test_the_default_of_registrations(api_with, address):
    """Without the variable ten registrations an hour are allowed."""
    api = api_with(env={"THROTTLE_REGISTER": None})
    api.get("/tags/", within_s=START_S).expect(200)
    who = address()
    answers = [api.post("/auth/register/", json={}, client=who) for _ in range(11)]
    found = [answer.status_code for answer in answers]
    expect(found, equal_to=[*[400] * 10, 429], because="answers to eleven registrations within an hour")
    wait_told(answers[-1], 3600, 3000)
    answers[-1].problem(429)


@check("limits.login", seconds=180)
def test_log_ins_in_the_testing_layer(api_with, address):
    """The testing layer does not limit log-ins; it limits registrations where its environment does."""
    _limits_in_testing(api_with, address(), free="login", limited="register")


@check("limits.register", seconds=180)
def test_registrations_in_the_testing_layer(api_with, address):
    """The testing layer does not limit registrations; it limits log-ins where its environment does."""
    _limits_in_testing(api_with, address(), free="register", limited="login")


def _limits_in_testing(api_with, here, *, free, limited):
    rates = {f"THROTTLE_{free.upper()}": None, f"THROTTLE_{limited.upper()}": "1/hour"}
    api = api_with(settings="config.settings.testing", env=rates)
    # Hosts and keys are this layer's own to choose; each of several workers may have a count in its memory.
    answers_us = api.get("/tags/", within_s=START_S).status_code == 200
    found = {
        name: {api.post(f"/auth/{name}/", json={}, client=here).status_code for _ in range(25)}
        for name in (free, limited)
    }
    expect_that(429 not in found[free], expected=f"no 429 of /{free}/ in the testing layer", observed=429)
    wanted = f"429 of /{limited}/ above the rate that the environment of the testing layer says"
    expect_that(429 in found[limited] or not answers_us, expected=wanted, observed=sorted(found[limited]))


@check("limits.rates", seconds=240)
@pytest.mark.parametrize("rate", ["BURST", "ANON"])
def test_paths_that_never_count_by_account(api_with, address, log_in, rate):
    """Log-in, registration and the password of an invitation count by address, whatever session is sent along."""
    api = api_with(env={f"THROTTLE_{rate}": "1/hour"})
    session = log_in("reader", to=api, client=address(), within_s=START_S)
    for name in NEVER:
        for as_ in (None, "editor", session.caller):
            here = address()
            goes_through(api.post(f"/auth/{name}/", json={}, client=here, as_=as_), "it is the first of its address")
            api.get("/tags/", client=here).expect(429, because=f"{name} came before from the same address")
            here = address()
            api.get("/tags/", client=here).expect(200)
            answer = api.post(f"/auth/{name}/", json={}, client=here, as_=as_)
            answer.expect(429, because="another request came before from the same address")
    for as_ in ("editor", session.caller):
        answer = api.get("/tags/", as_=as_, client=address())
        answer.expect(200, because="nothing of it was counted for the account")


@check("limits.rates", seconds=240)
@pytest.mark.parametrize("rate", ["BURST", "USER"])
def test_paths_that_count_by_token(api_with, address, log_in, rate):
    """`/refresh/` and `/logout/` count for the account of a refresh token, used before or not."""
    api = api_with(env={f"THROTTLE_{rate}": "1/hour"})
    here = address()
    sessions = {who: log_in(who, to=api, client=address(), within_s=START_S) for who in ("reader", "editor", "admin")}
    for who, path in (("reader", "refresh"), ("editor", "logout")):
        body = {"refresh": sessions[who].refresh}
        answer = api.post(f"/auth/{path}/", json=body, client=here)
        answer.expect(200, 204, because=f"it is the first request of {who}, though not of its address")
        for again in BY_TOKEN:
            answer = api.post(f"/auth/{again}/", json=body, client=address(), version="")
            answer.expect(429, because=f"{path} with the same token came before, from another address")
        api.get("/users/me/", as_=who, client=address()).expect(
            429, because=f"{path} came before with a token of {who}"
        )
    answer = api.post("/auth/refresh/", json={"refresh": sessions["admin"].refresh}, client=here)
    answer.expect(200, because="another account has a count of its own")


@check("limits.rates", seconds=240)
@pytest.mark.parametrize("rate", ["BURST", "ANON"])
def test_tokens_that_are_none(api_with, address, log_in, forge, rng, rate):
    """Without a refresh token that holds `/refresh/` and `/logout/` count by address."""
    api = api_with(env={f"THROTTLE_{rate}": "1/hour"})
    session = log_in("reader", to=api, client=address(), within_s=START_S)
    forged = [
        forge(session.refresh, key="x" * 32),
        forge(session.refresh, exp=int(time.time()) - 3600),
        forge(session.refresh, algorithm="none"),
        rng.word(),
        session.access,
    ]
    for text in forged:
        for name in BY_TOKEN:
            here = address()
            api.post(f"/auth/{name}/", json={"refresh": text}, client=here).expect(401)
            api.get("/tags/", client=here).expect(429, because=f"{name} came from the same address, with no token")
    for body in ({}, {"refresh": 7}, []):
        here = address()
        api.post("/auth/refresh/", json=body, client=here, as_="editor").expect(400)
        api.get("/tags/", client=here).expect(429, because="a cookie is not looked at")
    api.post("/auth/refresh/", json={"refresh": session.refresh}, client=address()).expect(
        200, because="a forged token counts for nobody"
    )


@check("limits.rates", seconds=240)
@pytest.mark.parametrize("rate", ["BURST", "ANON"])
def test_paths_behind_authentication_without_it(api_with, address, rate):
    """Without authentication they count by address."""
    api = api_with(env={f"THROTTLE_{rate}": "1/hour"})
    for name in PERSONAL:
        here = address()
        api.post(f"/auth/{name}/", json={}, client=here, within_s=START_S).expect(401)
        api.get("/tags/", client=here).expect(429, because=f"{name} came before from the same address")


@check("limits.rates", seconds=240)
@pytest.mark.parametrize("rate", ["BURST", "USER"])
def test_paths_behind_authentication(api_with, address, log_in, rate):
    """The paths for which one is authenticated count for the account, by cookie and by token, else by address."""
    api = api_with(env={f"THROTTLE_{rate}": "1/hour"})
    session = log_in("reader", to=api, client=address(), within_s=START_S)
    here = address()
    for name, as_ in (("password", session.caller), ("password", "contributor"), ("invite", "admin")):
        goes_through(api.post(f"/auth/{name}/", json={}, as_=as_, client=here), "it is the first of its account")
        api.get("/tags/", as_=as_, client=address()).expect(429, because=f"{name} came before for the same account")
    for name, as_ in (("logout-everywhere", "editor"), ("invite", "editor2"), ("password", "admin2")):
        api.get("/tags/", as_=as_, client=here).expect(200)
        answer = api.post(f"/auth/{name}/", json={}, as_=as_, client=address())
        answer.expect(429, because="another request of the account came before")


@check("limits.rates", seconds=240)
def test_what_is_sensitive(api_with, address, log_in):
    """`THROTTLE_SENSITIVE` counts what the table says, and neither log-ins nor registrations."""
    api = api_with(env={"THROTTLE_SENSITIVE": "1/hour"})
    sessions = {who: log_in(who, to=api, client=address(), within_s=START_S) for who in ("reader", "editor")}
    for name in ("login", "register"):
        here = address()
        for _ in range(2):
            goes_through(api.post(f"/auth/{name}/", json={}, client=here), "it is not sensitive")
        goes_through(api.post("/auth/set-password/", json={}, client=here), f"{name} does not count for it")
        for path in ("set-password", "refresh", "logout", "password"):
            answer = api.post(f"/auth/{path}/", json={}, client=here)
            answer.expect(429, because="a sensitive request of the address came before")
    for who, path in (("reader", "refresh"), ("editor", "logout")):
        body = {"refresh": sessions[who].refresh}
        api.post(f"/auth/{path}/", json=body, client=address()).expect(200, 204)
        for again in BY_TOKEN:
            answer = api.post(f"/auth/{again}/", json=body, client=address())
            answer.expect(429, because=f"{path} of the same account came before")
        answer = api.patch("/users/me/", as_=who, json={}, client=address())
        answer.expect(429, because=f"{path} of the same account came before")
    for name, as_ in (("password", "contributor"), ("invite", "admin"), ("logout-everywhere", "contributor2")):
        goes_through(api.post(f"/auth/{name}/", json={}, as_=as_, client=address()), "it is the first of its account")
        if name != "logout-everywhere":
            answer = api.patch("/users/me/", as_=as_, json={}, client=address())
            answer.expect(429, because=f"{name} of the same account came before")
    api.patch("/users/me/", as_="admin2", json={}, client=address()).expect(200)
    answer = api.post("/auth/logout-everywhere/", as_="admin2", client=address())
    answer.expect(429, because="a sensitive request of the account came before")
