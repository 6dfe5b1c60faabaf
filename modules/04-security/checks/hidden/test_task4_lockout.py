"""Task 4: the lock-out by name and address."""

import base64
import functools
import hashlib
import math
import time
from urllib.parse import urlencode

import pytest

from grader.checkpoint import check, expect, expect_that

HERE, THERE = "203.0.113.7", "203.0.113.8"
SIX = ("2001:db8::7", "2001:0DB8:0::0007")  # one address, spelt twice
USERS = "accounts_user"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SLOW_S = 90  # for answers that wait for several hashes on a busy machine
MANY = 10
FEW, A_MOMENT_S = 3, 0.03  # so few that a small server takes them at once; far less than a hash takes
SHORT = "7xQ!"  # no password that anybody may take


def locking(limit, **more):
    """Variables with that limit."""
    return {"LOGIN_FAILURE_LIMIT": str(limit), **more}


@check("lockout.limit", seconds=240)
@pytest.mark.parametrize("who", ["editor", "inactive", "nobody"])
def test_whose_failures_count(api_with, rng, try_login, who):
    """Failures of an account, of a closed one and of a name without one count, at both paths."""
    limit = rng.randrange(2, 4)
    api = api_with(env=locking(limit))
    name = rng.word() if who == "nobody" else api.people[who].username
    for number in range(limit):
        answer = try_login(
            name, password=rng.word(), to=api, client=HERE, version="v1" if number else "", within_s=SLOW_S
        )
        answer.expect(*((401,) if number < limit - 1 else (401, 429)), because=f"the limit is {limit}")
    right = api.people[who].password if who != "nobody" else rng.word()
    for version in ("v1", ""):
        answer = try_login(name, password=right, to=api, client=HERE, version=version).expect(429)
        kept = answer.header("Cache-Control")
        expect_that("no-store" in kept, expected="`no-store` in `Cache-Control` of a 429", observed=kept or "none")
    try_login("reader", to=api, client=HERE).expect(200, because="another name is not locked out")


@check("lockout.limit", seconds=240)
def test_the_default_limit(api, rng, try_login):
    """Without a variable the fifth failure locks out, for 900 s; a right password before it sets the count to 0."""
    for _ in range(4):
        try_login("editor", password=rng.word(), client=HERE, within_s=SLOW_S).expect(401)
    try_login("editor", client=HERE).expect(200, because="four failures are below the limit")
    for number in range(5):
        try_login("editor", password=rng.word(), client=HERE).expect(*((401,) if number < 4 else (401, 429)))
    told = try_login("editor", client=HERE).expect(429).header("Retry-After")
    right = told.isascii() and told.isdigit() and 700 <= int(told[:9]) <= 900
    expect_that(right, expected="`Retry-After` of 900 s that have just begun", observed=told or "none")


@check("lockout.limit", seconds=240)
def test_whose_log_in_clears_the_count(api_with, rng, try_login):
    """The log-in of another name from the same address leaves the count as it is; `/login/` says 429 as a problem."""
    api = api_with(env=locking(2))
    for _ in range(2):
        try_login("editor", password=rng.word(), to=api, client=HERE, within_s=SLOW_S).expect(401, 429)
        try_login("reader", to=api, client=HERE, within_s=SLOW_S).expect(200)
    try_login("editor", to=api, client=HERE).expect(429, because="two failures came before").problem(429)


@check("lockout.limit", seconds=240)
def test_nothing_is_compared_while_locked_out(api_with, rng, try_login, admin_login):
    """While a name is locked out no password is compared: a right one that is stored with PBKDF2 stays as it is."""
    api = api_with(env=locking(2))
    person = api.people["editor"]
    api.db.update(USERS, {"password": pbkdf2(person.password, rng.word()), "is_staff": True}, id=person.id)
    for _ in range(2):
        try_login("editor", password=rng.word(), to=api, client=HERE, within_s=SLOW_S).expect(401, 429)
    before = api.db.one(USERS, "password", id=person.id)
    for ask in (try_login, admin_login):
        ask("editor", to=api, client=HERE, within_s=SLOW_S).expect(429)
    expect(api.db.one(USERS, "password", id=person.id), equal_to=before, because="whoever compares it stores it anew")


def pbkdf2(password, salt, rounds=1_000):
    """A password as Django stores it with PBKDF2."""
    made = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), rounds)
    return f"pbkdf2_sha256${rounds}${salt}${base64.b64encode(made).decode()}"


@check("lockout.limit", seconds=240)
def test_sessions_go_on(api_with, rng, log_in, try_login):
    """Whoever is locked out keeps their sessions."""
    api = api_with(env=locking(2))
    session = log_in("reader", to=api, client=THERE, within_s=SLOW_S)
    for _ in range(2):
        try_login("reader", password=rng.word(), to=api, client=HERE).expect(401, 429)
    try_login("reader", to=api, client=HERE).expect(429)
    api.get("/users/me/", as_=session.caller, client=HERE).expect(200)
    api.get("/users/me/", as_="reader", client=HERE).expect(200)
    api.post("/auth/refresh/", json={"refresh": session.refresh}, client=HERE).expect(200)


@pytest.fixture
def places(try_login, admin_login, rng):
    """``places(api, who)``: the four places where a password is typed, by name, each as ``ask(password)``.

    With ``new=SHORT`` a right password changes nothing: the new one is refused. A wrong one goes with a new one that
    is good, since whether it counts otherwise is the project's decision.
    """

    def of(api, who, client=HERE, new=None):
        person, new = api.people[who], new or rng.sentence()

        def change(password):
            body = {"current_password": password, "new_password": new}
            return api.post("/auth/password/", as_=who, json=body, client=client, within_s=SLOW_S)

        def change_in_admin(password):
            fields = {"old_password": password, "new_password1": new, "new_password2": new}
            options = {"body": urlencode(fields).encode(), "headers": FORM, "client": client, "within_s": SLOW_S}
            return api.post("/admin/password_change/", version=None, as_=who, **options)

        return {
            "/login/": lambda password: try_login(person, password=password, to=api, client=client, within_s=SLOW_S),
            "the admin's log-in page": lambda password: admin_login(
                person, password=password, to=api, client=client, within_s=SLOW_S
            ),
            "/password/": change,
            "the admin's page for one's own password": change_in_admin,
        }

    return of


REFUSED = {"/login/": 401, "/password/": 400}


@check("lockout.together", seconds=300)
@pytest.mark.parametrize("turn", [0, 2])
def test_four_places(api_with, rng, places, turn):
    """One failure at each of the four places is four failures, and then all four answer 429."""
    api = api_with(env=locking(4))
    api.db.update(USERS, {"is_staff": True}, id=api.people["editor"].id)
    asks = list(places(api, "editor").items())
    for number, (place, ask) in enumerate([*asks[turn:], *asks[:turn]], 1):
        status = REFUSED.get(place, 200)
        ask(rng.word()).expect(*((status,) if number < 4 else (status, 429)), because=f"failure {number} of 4")
    for place, ask in asks:
        answer = ask(api.people["editor"].password).expect(
            429, because=f"four failures came before, at {place} as well"
        )
        told = answer.header("Retry-After")
        right = told.isascii() and told.isdigit() and 1 <= int(told[:9]) <= 900
        expect_that(right, expected=f"whole seconds up to 900 in `Retry-After` at {place}", observed=told or "none")


@check("lockout.together", seconds=300)
@pytest.mark.parametrize("place", ["/password/", "the admin's page for one's own password"])
def test_a_password_that_is_known_clears_nothing(api_with, rng, places, place):
    """The right password so far, in a change of the password, does not set the count to 0; nor does it count."""
    api = api_with(env=locking(3))
    api.db.update(USERS, {"is_staff": True}, id=api.people["editor"].id)
    ask, log_in = places(api, "editor", new=SHORT)[place], places(api, "editor")["/login/"]
    for _ in range(2):
        log_in(rng.word()).expect(401)
        ask(api.people["editor"].password).expect(REFUSED.get(place, 200))
    log_in(rng.word()).expect(401, 429)
    log_in(api.people["editor"].password).expect(429, because="three failures came before, and no log-in")


@check("lockout.identity", seconds=240)
def test_spellings_count_together(api_with, rng, register, try_login):
    """A name in two spellings that are the same in NFKC has one count; one in other capitals has another."""
    api = api_with(env=locking(2))
    word, password = rng.word(), rng.sentence()
    names = (f"{word}ffi", f"{word}\ufb03", f"{word}\uff46fi")
    register(names[0], password, to=api, within_s=SLOW_S).expect(202)
    for number, name in enumerate(names[1:]):
        statuses = (401, 429) if number else (401,)
        try_login(name, password=rng.word(), to=api, client=HERE).expect(*statuses)
    for name in names:
        try_login(name, password=password, to=api, client=HERE).expect(429)
    other = rng.word()
    for name in (other, other.capitalize()):
        register(name, password, to=api).expect(202)
    for _ in range(2):
        try_login(other.capitalize(), password=rng.word(), to=api, client=HERE).expect(401, 429)
    try_login(other, password=password, to=api, client=HERE).expect(200, because="it is another name")


@check("lockout.identity", seconds=240)
def test_what_is_one_address(api_with, rng, try_login):
    """Headers make no other address, nor does the IPv6 form of one; behind a proxy it is the last one forwarded."""
    api = api_with(env=locking(2))
    ways = [
        {"client": HERE, "headers": {"User-Agent": rng.word(), "X-Forwarded-For": "198.51.100.1"}},
        {"client": f"::ffff:{HERE}", "headers": {"User-Agent": rng.word(), "X-Real-IP": "198.51.100.2"}},
    ]
    for way in ways:
        try_login("editor", password=rng.word(), to=api, within_s=SLOW_S, **way).expect(401, 429)
    for way in ways:
        try_login("editor", to=api, **way).expect(429)
    api = api_with(env=locking(2, TRUSTED_PROXIES="1"))
    proxies = ["192.0.2.200", "192.0.2.201"]
    ways = [
        {"client": proxy, "headers": {"X-Forwarded-For": f"198.51.100.{number}, {HERE}"}}
        for number, proxy in enumerate(proxies, 1)
    ]
    for way in ways:
        try_login("editor", password=rng.word(), to=api, within_s=SLOW_S, **way).expect(401, 429)
    try_login("editor", to=api, **ways[0]).expect(429)
    spelt = [{"client": "192.0.2.200", "headers": {"X-Forwarded-For": one}} for one in SIX]
    for way in spelt:
        try_login("reader", password=rng.word(), to=api, within_s=SLOW_S, **way).expect(401, 429)
    try_login("reader", to=api, **spelt[0]).expect(429, because=f"{' and '.join(SIX)} are one address")


@check("lockout.no-failure", seconds=240)
def test_forms_that_are_refused(api_with, rng, try_login):
    """A body that is refused with 400 for its form is no failure."""
    api = api_with(env=locking(2))
    name = api.people["editor"].username
    bad = ({"username": name}, {"username": name, "password": 7}, {"username": name, "password": None})
    for body in (*bad, {"username": [name], "password": "x"}):
        api.post("/auth/login/", json=body, client=HERE, within_s=30).expect(400)
    for body in ({"current_password": rng.word()}, {"current_password": 7, "new_password": rng.sentence()}):
        api.post("/auth/password/", as_="editor", json=body, client=HERE).expect(400)
    try_login("editor", password=rng.word(), to=api, client=HERE, within_s=SLOW_S).expect(401)
    try_login("editor", to=api, client=HERE).expect(200, because="there was one failure")


@check("lockout.no-failure", seconds=240)
def test_the_right_password_of_no_staff(api_with, rng, try_login, admin_login):
    """The right password of who is no staff is no failure at the admin's log-in page, and no log-in."""
    api = api_with(env=locking(2))
    for _ in range(2):
        answer = admin_login("editor", to=api, client=HERE, within_s=SLOW_S).expect(200)
        cookies = [value for header, value in answer.pairs if header.lower() == "set-cookie" and "sessionid=" in value]
        expect_that(not cookies, expected="no session for who may not enter the admin", observed="a session")
    try_login("editor", password=rng.word(), to=api, client=HERE).expect(401, because="it is the first failure")
    admin_login("editor", to=api, client=HERE).expect(200)
    try_login("editor", password=rng.word(), to=api, client=HERE).expect(401, 429)
    try_login("editor", to=api, client=HERE).expect(429, because="two failures came before, and no log-in")


@check("lockout.no-failure", seconds=240)
def test_a_log_in_to_the_admin(api_with, rng, try_login, admin_login):
    """A log-in at the admin's page sets the count to 0 as one at `/login/` does."""
    api = api_with(env=locking(2))
    api.db.update(USERS, {"is_staff": True}, id=api.people["editor"].id)
    for _ in range(2):
        try_login("editor", password=rng.word(), to=api, client=HERE, within_s=SLOW_S).expect(401)
        admin_login("editor", to=api, client=HERE, within_s=SLOW_S).expect(302)
    try_login("editor", to=api, client=HERE).expect(200)


@check("lockout.over", seconds=240)
def test_a_lock_out_ends(api_with, rng, try_login):
    """After `LOGIN_LOCKOUT_SECONDS` the owner gets in, and has all attempts again."""
    seconds = rng.randrange(15, 20) + 0.5
    api = api_with(env=locking(2, LOGIN_LOCKOUT_SECONDS=str(seconds)))
    try_login("reader", to=api, client=THERE, within_s=SLOW_S).expect(200)
    guesses = [
        lambda who=who: try_login(who, password=rng.word(), to=api, client=HERE, within_s=SLOW_S)
        for who in ("editor", "contributor") * 2
    ]
    began = time.monotonic()
    for answer in api.at_once(guesses):
        answer.expect(401, 429)
    ended = time.monotonic()
    if ended - began < seconds - 5:  # else the machine is too slow to see the lock-out itself
        told = try_login("editor", to=api, client=HERE).expect(429).header("Retry-After")
        right = told.isascii() and told.isdigit() and 1 <= int(told[:9]) <= math.ceil(seconds)
        expect_that(right, expected=f"from 1 to {math.ceil(seconds)} s in `Retry-After`", observed=told or "none")
    time.sleep(max(0.0, ended + seconds + 1 - time.monotonic()))
    # Nobody has tried this name meanwhile.
    try_login("contributor", password=rng.word(), to=api, client=HERE).expect(401, because="the lock-out is over")
    try_login("contributor", to=api, client=HERE).expect(200, because="one failure is below the limit")


@check("lockout.race", database="postgres", seconds=300)
@pytest.mark.parametrize("who", ["editor", "nobody"])
def test_guesses_at_once(api_with, rng, try_login, admin_login, few_compared, who):
    """Of guesses at once, at both log-in pages, no more than the limit are compared; the right one is 429 then."""
    limit = 2
    api = api_with(env=locking(limit))
    name = rng.word() if who == "nobody" else api.people[who].username
    options = {"to": api, "client": HERE, "within_s": SLOW_S}
    asks = [try_login] * (MANY - 3) + [admin_login] * 3
    guesses = [lambda ask=ask: ask(name, password=rng.word(), **options) for ask in asks]
    few_compared(api, guesses, limit)
    right = rng.word() if who == "nobody" else api.people[who].password
    try_login(name, password=right, **options).expect(429)


@check("lockout.race", database="postgres", seconds=300)
def test_the_right_one_among_guesses_at_once(api_with, rng, try_login):
    """The right password, sent while wrong ones are compared, does not get in time and again: one of them is compared.

    Whoever compares all and refuses afterwards would let it in each time, however much work that hides behind.
    """
    api = api_with(env=locking(1))
    got_in = []
    for name in ("editor", "editor2", "contributor", "reader"):
        ask = functools.partial(try_login, api.people[name].username, to=api, client=HERE, within_s=SLOW_S)
        wrong = [functools.partial(ask, password=rng.word()) for _ in range(FEW)]

        def last(ask=ask, password=api.people[name].password):
            time.sleep(A_MOMENT_S)
            return ask(password=password)

        answers = api.at_once([*wrong, last])
        got_in.append(answers[-1].expect(200, 401, 429).status_code == 200)
    expect_that(
        not all(got_in),
        expected=f"one of {FEW + 1} guesses at once compared, with `LOGIN_FAILURE_LIMIT=1`",
        observed=f"the right password, sent after {FEW} wrong ones, got in {len(got_in)} times out of {len(got_in)}",
    )


@check("lockout.race", database="postgres", seconds=300)
def test_guesses_in_a_session_at_once(api_with, rng, places, few_compared):
    """Whoever holds a session does not guess the password behind it at once, either."""
    limit = 2
    api = api_with(env=locking(limit))
    api.db.update(USERS, {"is_staff": True}, id=api.people["editor"].id)
    asks = list(places(api, "editor").values())[2:]
    guesses = [lambda ask=ask: ask(rng.word()) for ask in asks * (MANY // 2)]
    few_compared(api, guesses, limit, hashes_of_each=2)  # on the admin's page a form may compare once more
    for ask in asks:
        ask(api.people["editor"].password).expect(429)
