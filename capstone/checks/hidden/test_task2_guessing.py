"""Task 2: who guesses codes."""

import math
from functools import partial

from grader.checkpoint import check, expect, expect_that

LOCK_S = 600
AT_ONCE = 10


def limited(limit, **more):
    """Variables with that limit, and none for failures of passwords."""
    return {"MFA_FAILURE_LIMIT": str(limit), "MFA_LOCKOUT_SECONDS": f"{LOCK_S}.5", **more}


@check("mfa.guessing", seconds=300)
def test_whatever_the_path_and_the_address(api_with, with_factor, code_step, challenge, rng, written):
    """Wrong codes count together over paths and addresses; once locked nothing is compared, spent or written down."""
    api = api_with(env=limited(3))
    factor, other = with_factor(api, "editor"), with_factor(api, "contributor")
    password, key = factor.person.password, factor.person.id
    token = challenge(api, "editor")
    code_step(factor, factor.wrong(rng), given=token, client="203.0.113.7").expect(401)
    code_step(factor, factor.wrong(rng), given=token, client="203.0.113.8").expect(401)
    # Whether the one that reaches the limit is answered as a wrong code or as a lock-out is left open.
    factor.post("disable", password=password, code=factor.wrong(rng)).expect(400, 429)
    entry = (None, "accounts.user", str(key))
    expect(written(api, "mfa_failed"), equal_to=[entry] * 3, because="three wrong codes were compared")
    expect(written(api, "mfa_locked_out"), equal_to=[entry], because="the limit is 3")
    for code in (factor.code(1), factor.codes[0], factor.wrong(rng)):
        answers = [
            code_step(factor, code, client="203.0.113.9"),
            factor.post("recovery-codes", password=password, code=code),
            factor.post("disable", password=password, code=code),
        ]
        for answer in answers:
            told = answer.expect(429, because="the second factor is locked").header("Retry-After")
            right = told.isascii() and told.isdigit() and 1 <= int(told[:9]) <= math.ceil(LOCK_S + 0.5)
            expect_that(right, expected=f"from 1 to {LOCK_S + 1} s in `Retry-After`", observed=told or "none")
    expect(len(written(api, "mfa_failed")), equal_to=3, because="what is refused unevaluated writes nothing")
    expect(len(written(api, "mfa_locked_out")), equal_to=1, because="it was locked once")
    code_step(other, other.codes[0]).expect(200, because="another account's second factor is not locked")


@check("mfa.guessing", seconds=300)
def test_it_is_over(api_with, with_factor, code_step, got_in, rng):
    """After `MFA_LOCKOUT_SECONDS` codes are compared again, and none was spent meanwhile."""
    api = api_with(env=limited(2))
    factor = with_factor(api, "editor")
    for _ in range(2):
        code_step(factor, factor.wrong(rng)).expect(401, 429)
    code_step(factor, factor.codes[0]).expect(429)
    api.age(LOCK_S / 2)
    code_step(factor, factor.codes[0]).expect(429, because="half of the time is over")
    api.age(LOCK_S / 2 + 2)
    code_step(factor, factor.wrong(rng)).expect(401, because="the lock-out is over")
    got_in(
        code_step(factor, factor.codes[0]), factor, because="it was not spent, and one wrong code is below the limit"
    )


@check("mfa.guessing", seconds=300)
def test_a_right_code_begins_anew(api_with, with_factor, code_step, got_in, rng):
    """A right code sets the count of wrong ones to 0."""
    api = api_with(env=limited(3))
    factor = with_factor(api, "editor")
    for _ in range(2):
        for _ in range(2):
            code_step(factor, factor.wrong(rng)).expect(401)
        got_in(code_step(factor, factor.recovery()), factor, because="two wrong codes are below the limit")
    for _ in range(3):
        code_step(factor, factor.wrong(rng)).expect(401, 429)
    code_step(factor, factor.recovery()).expect(429)


@check("mfa.guessing", seconds=300)
def test_before_the_confirmation(api_with, begin_factor, rng):
    """Codes that are to confirm a second factor are counted as well."""
    api = api_with(env=limited(2))
    factor = begin_factor(api, "editor")
    for _ in range(2):
        factor.post("confirm", code=factor.wrong(rng)).expect(400, 429)
    factor.post("confirm", code=factor.code()).expect(429, because="the limit is 2")


@check("mfa.guessing", database="postgres", seconds=300)
def test_guesses_at_once(api_with, with_factor, code_step, challenge, rng, written):
    """Of wrong codes at the same moment no more than the limit are compared."""
    limit = 2
    api = api_with(env=limited(limit))
    factor = with_factor(api, "editor")
    tokens = [challenge(api, "editor") for _ in range(AT_ONCE)]
    codes = [factor.wrong(rng) for _ in tokens]
    guesses = [partial(code_step, factor, code, given=token) for code, token in zip(codes, tokens, strict=True)]
    statuses = [answer.expect(401, 429).status_code for answer in api.at_once(guesses)]
    expect_that(
        1 <= len(written(api, "mfa_failed")) <= limit and statuses.count(401) <= limit,
        expected=f"at most {limit} of {AT_ONCE} wrong codes at once compared",
        observed=f"{len(written(api, 'mfa_failed'))} entries `mfa_failed`, {statuses.count(401)} answers 401",
    )
    code_step(factor, factor.recovery()).expect(429, because="the limit was reached")


@check("mfa.guessing", seconds=300)
def test_the_default_limit(api, with_factor, code_step, got_in, rng):
    """Without a variable the fifth wrong code locks, and the fourth does not."""
    factor = with_factor(api, "reader")
    for _ in range(4):
        code_step(factor, factor.wrong(rng)).expect(401)
    got_in(code_step(factor, factor.recovery()), factor, because="four wrong codes are below the limit")
    for _ in range(5):
        code_step(factor, factor.wrong(rng)).expect(401, 429)
    api.age(880)
    code_step(factor, factor.codes[0]).expect(429, because="five wrong codes lock for 900 s")
    api.age(30)
    got_in(code_step(factor, factor.codes[0]), factor, because="900 s are over")
