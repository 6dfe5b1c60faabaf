"""Task 4: too many failures and too many requests, the plain cases."""

import time

from grader.checkpoint import check, expect_that

HERE, THERE = "203.0.113.7", "203.0.113.8"


def wait_told(answer, longest):
    """The answer is 429, with whole seconds from 1 to ``longest`` in `Retry-After`."""
    told = answer.expect(429).header("Retry-After")
    right = told.isascii() and told.isdigit() and 1 <= int(told[:9]) <= longest
    expect_that(right, expected=f"a whole number from 1 to {longest} in `Retry-After`", observed=told or "none")


@check("lockout.limit", seconds=90)
def test_too_many_failures(api_with, rng, try_login):
    """After so many wrong passwords the right one is 429 as well; another name gets in."""
    limit, seconds = rng.randrange(2, 4), rng.randrange(500, 800)
    api = api_with(env={"LOGIN_FAILURE_LIMIT": str(limit), "LOGIN_LOCKOUT_SECONDS": str(seconds)})
    for number in range(limit):
        statuses = (401,) if number < limit - 1 else (401, 429)
        try_login("editor", password=rng.word(), to=api, client=HERE, within_s=60).expect(*statuses)
    wait_told(try_login("editor", to=api, client=HERE), seconds)
    try_login("reader", to=api, client=HERE).expect(200, because="another name is not locked out")


@check("lockout.together", seconds=90)
def test_the_admin_counts_as_well(api_with, rng, try_login, admin_login):
    """A failure at the admin's log-in page and one at `/login/` count together."""
    api = api_with(env={"LOGIN_FAILURE_LIMIT": "2"})
    try_login("admin", password=rng.word(), to=api, client=HERE, within_s=60).expect(401)
    admin_login("admin", password=rng.word(), to=api, client=HERE).expect(200, 429)
    try_login("admin", to=api, client=HERE).expect(429)
    admin_login("admin", to=api, client=HERE).expect(429)


@check("lockout.identity", seconds=90)
def test_a_header_makes_no_other_address(api_with, rng, try_login):
    """Nobody has more attempts for an `X-Forwarded-For`, as long as there is no proxy."""
    api = api_with(env={"LOGIN_FAILURE_LIMIT": "2"})
    for number in range(2):
        forwarded = {"X-Forwarded-For": f"198.51.100.{number + 1}"}
        try_login("reader", password=rng.word(), to=api, client=HERE, headers=forwarded, within_s=60).expect(401, 429)
    try_login("reader", to=api, client=HERE, headers={"X-Forwarded-For": "198.51.100.9"}).expect(429)
    try_login("reader2", to=api, client=HERE).expect(200)


@check("limits.login", seconds=60)
def test_attempts_to_log_in(api_with, rng):
    """`THROTTLE_LOGIN` counts requests to `/login/` by address, whatever the body."""
    number = rng.randrange(2, 5)
    api = api_with(env={"THROTTLE_LOGIN": f"{number}/minute"})
    for _ in range(number):
        api.post("/auth/login/", json={}, client=HERE, within_s=30).expect(400)
    wait_told(api.post("/auth/login/", json={}, client=HERE), 60)
    api.post("/auth/login/", json={}, client=THERE).expect(400)


@check("limits.register", seconds=60)
def test_attempts_to_register(api_with, rng):
    """`THROTTLE_REGISTER` counts requests to `/register/` by address, whatever the body."""
    number = rng.randrange(2, 5)
    api = api_with(env={"THROTTLE_REGISTER": f"{number}/hour"})
    for _ in range(number):
        api.post("/auth/register/", json={}, client=HERE, within_s=30).expect(400)
    wait_told(api.post("/auth/register/", json={}, client=HERE), 3600)
    api.post("/auth/register/", json={}, client=THERE).expect(400)


@check("limits.rates", seconds=60)
def test_a_burst_at_every_path(api_with):
    """`THROTTLE_BURST` counts requests to every path of authentication."""
    api = api_with(env={"THROTTLE_BURST": "1/minute"})
    paths = ("login", "register", "set-password", "refresh", "logout", "password", "logout-everywhere", "invite")
    for number, name in enumerate(paths):
        client = f"203.0.113.{number + 20}"
        answer = api.post(f"/auth/{name}/", json={}, client=client, within_s=30)
        expect_that(answer.status_code != 429, expected=f"no 429 for the first request to {name}", observed=429)
        api.post(f"/auth/{name}/", json={}, client=client).expect(429, because="it is the second one of its minute")


@check("lockout.no-failure", seconds=90)
def test_a_form_that_is_refused_is_no_failure(api_with, rng, try_login):
    """A body without a password is refused with 400, and counts as no failure."""
    api = api_with(env={"LOGIN_FAILURE_LIMIT": "2"})
    for _ in range(2):
        body = {"username": api.people["reader"].username}
        api.post("/auth/login/", json=body, client=HERE, within_s=60).expect(400)
    try_login("reader", password=rng.word(), to=api, client=HERE).expect(401, because="it is the first failure of two")
    try_login("reader", to=api, client=HERE).expect(200, because="there was one failure")


@check("lockout.over", seconds=120)
def test_the_owner_gets_in_again(api_with, rng, try_login):
    """After `LOGIN_LOCKOUT_SECONDS` the right password gets in."""
    api = api_with(env={"LOGIN_FAILURE_LIMIT": "1", "LOGIN_LOCKOUT_SECONDS": "5"})
    try_login("editor", password=rng.word(), to=api, client=HERE, within_s=60).expect(401, 429)
    time.sleep(6)
    try_login("editor", to=api, client=HERE).expect(200, because="a lock-out of 5 s began 6 s ago")


@check("lockout.race", database="postgres", seconds=180)
def test_guesses_at_the_same_moment(api_with, rng, try_login, few_compared):
    """Of guesses at the same moment no more are compared than the limit allows."""
    limit, many = 3, 8
    api = api_with(env={"LOGIN_FAILURE_LIMIT": str(limit)})
    guesses = [lambda: try_login("reader", password=rng.word(), to=api, client=HERE, within_s=90)] * many
    few_compared(api, guesses, limit)
    try_login("reader", to=api, client=HERE).expect(429)
