"""Task 2: the two steps of a log-in."""

import time

import pytest

from grader.checkpoint import check, expect, expect_that

HERE = "203.0.113.7"
SLOW_S = 60


@check("mfa.login", seconds=180)
def test_nothing_before_the_code(api, with_factor, challenge, code_step, got_in, password_step, written):
    """The first step says for how long it holds and is no log-in; the second one is, and is written down."""
    factor = with_factor(api, "editor")
    before = len(written(api, "logged_in"))
    said = password_step(api, "editor").expect(202).object().get("expires_in")
    whole = isinstance(said, int) and not isinstance(said, bool) and 0 < said <= 300
    expect_that(whole, expected="`expires_in`, whole seconds, 300 where no variable is set", observed=said)
    token = challenge(api, "editor")
    expect(len(written(api, "logged_in")), equal_to=before, because="the first step is no log-in")
    got_in(code_step(factor, factor.recovery(), given=token), factor)
    entries = written(api, "logged_in")
    expect(entries[before:], equal_to=[(factor.person.id, "accounts.user", str(factor.person.id))])


@check("mfa.login", seconds=180)
def test_nobody_else_is_told(api, with_factor, rng, password_step):
    """A wrong password, and a closed account, are answered as without a second factor."""
    factor = with_factor(api, "editor")
    for who in ("editor", "reader"):
        body = {"username": api.people[who].username, "password": rng.sentence()}
        answer = api.post("/auth/login/", json=body, within_s=SLOW_S).expect(401)
        expect_that("challenge" not in answer.text, expected="no challenge for a wrong password", observed="one")
    password_step(api, "reader").expect(200, because="this account has no second factor")
    api.db.update("accounts_user", {"is_active": False}, id=factor.person.id)
    password_step(api, "editor").expect(401, because="the account is closed")


@check("mfa.login", seconds=180)
def test_a_challenge_is_no_token(api, with_factor, challenge):
    """A challenge opens nothing by itself: neither as an access token nor as a refresh token."""
    with_factor(api, "editor")
    token = challenge(api, "editor")
    nobody = {"Authorization": f"Bearer {token}"}
    api.get("/users/me/", headers=nobody).expect(401)
    api.post("/auth/refresh/", json={"refresh": token}).expect(401)


@check("mfa.login", seconds=180)
def test_whose_challenge_and_whose_code(api, with_factor, challenge, code_step, got_in):
    """A code counts for the account that the challenge is of; a challenge that was changed is void."""
    mine, other = with_factor(api, "editor"), with_factor(api, "contributor")
    token = challenge(api, "editor")
    code_step(other, other.codes[0], given=token).expect(401, because="the code is another account's")
    at = len(token) // 2
    changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
    for void in (changed, token[:-1] if len(token) > 1 else "x", "x" * 5000):
        code_step(mine, mine.codes[0], given=void).expect(401, because="the challenge is none")
    got_in(code_step(other, other.codes[0]), other, because="it was not used")


def _new_password(api, person, rng):
    new = rng.sentence()
    body = {"current_password": person.password, "new_password": new}
    api.post("/auth/password/", as_=person, json=body, within_s=SLOW_S).expect(204)


ENDS = {
    "a change of the password": _new_password,
    "a log-out everywhere": lambda api, person, rng: api.post("/auth/logout-everywhere/", as_=person).expect(204),
    "the end of the account": lambda api, person, rng: api.db.update(
        "accounts_user", {"is_active": False}, id=person.id
    ),
}


@check("mfa.login", seconds=180)
@pytest.mark.parametrize("end", list(ENDS))
def test_what_ends_a_challenge(api, with_factor, challenge, code_step, got_in, rng, end):
    """A challenge that was good before is void after that."""
    factor = with_factor(api, "editor")
    got_in(code_step(factor, factor.recovery(), given=challenge(api, "editor")), factor)
    token = challenge(api, "editor")
    ENDS[end](api, factor.person, rng)
    code_step(factor, factor.recovery(), given=token).expect(401, because=f"{end} makes a challenge void")


@check("mfa.login", seconds=240)
def test_a_challenge_ends_by_itself(api_with, with_factor, challenge, code_step, got_in):
    """After `MFA_CHALLENGE_SECONDS` a challenge is void."""
    api = api_with(env={"MFA_CHALLENGE_SECONDS": "20.5"})
    factor = with_factor(api, "editor")
    got_in(code_step(factor, factor.recovery()), factor)
    token = challenge(api, "editor")
    time.sleep(21.5)
    code_step(factor, factor.recovery(), given=token).expect(401, because="20.5 seconds are over")


@check("mfa.login", seconds=240)
def test_the_count_of_failures(api_with, with_factor, challenge, code_step, got_in, rng, password_step):
    """The first step sets no count of failures to 0; the second one does."""
    api = api_with(env={"LOGIN_FAILURE_LIMIT": "3"})
    factor = with_factor(api, "editor")

    def fail_once():
        body = {"username": factor.person.username, "password": rng.sentence()}
        api.post("/auth/login/", json=body, client=HERE, within_s=SLOW_S).expect(401, 429)

    for _ in range(2):
        fail_once()
    token = challenge(api, "editor", client=HERE)
    got_in(code_step(factor, factor.recovery(), given=token, client=HERE), factor)
    for _ in range(2):
        fail_once()
    challenge(api, "editor", client=HERE)
    fail_once()
    password_step(api, "editor", client=HERE).expect(429, because="three failures came, and no log-in between them")


@check("mfa.login", seconds=240)
def test_the_rate_is_that_of_log_ins(api_with, rng, password_step):
    """`THROTTLE_LOGIN` counts `/mfa/login/` with `/login/`."""
    api = api_with(env={"THROTTLE_LOGIN": "4/hour"})
    for _ in range(4):
        body = {"challenge": rng.word(), "code": "123456"}
        api.post("/auth/mfa/login/", json=body, client=HERE, within_s=SLOW_S).expect(401)
    password_step(api, "reader", client=HERE).expect(429, because="four requests came before, of four in an hour")
