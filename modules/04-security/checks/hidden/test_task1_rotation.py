"""Task 1: refresh tokens are used once, and who uses one again ends its session."""

import time

from grader.checkpoint import check, expect_that, read_jwt

A_DAY_S = 24 * 3600


@check("tokens.rotation")
def test_a_session_goes_on_and_on(log_in, renew, accepted, rng):
    """Each refresh gives a refresh token that works for the next one, and an access token that works."""
    session = log_in("editor")
    seen = {session.refresh}
    for _ in range(rng.randrange(4, 8)):
        session = renew(session)
        accepted(session)
        expect_that(session.refresh not in seen, expected="another refresh token each time", observed="one from before")
        seen.add(session.refresh)


@check("tokens.rotation")
def test_sessions_do_not_disturb_each_other(log_in, renew, accepted):
    """Two sessions of one account are refreshed beside each other."""
    one, other = log_in("editor"), log_in("editor")
    for _ in range(2):
        one, other = renew(one), renew(other)
    accepted(one)
    accepted(other)


@check("tokens.rotation", seconds=60)
def test_a_session_of_a_day(api, log_in, renew, accepted):
    """A session can be refreshed for a day at least, however long each of its refresh tokens lives."""
    session, left = log_in("editor"), A_DAY_S - 1800
    claims = read_jwt(session.refresh).claims
    expect_that(type(claims.get("exp")) in (int, float), expected="`exp`, a number", observed=claims.get("exp"))
    life = max(900, claims["exp"] - time.time())
    while left > 0:
        step = min(left, 0.8 * life)
        api.age(step)
        session, left = renew(session), left - step
    accepted(session, because="its session began 23 hours and a half ago")


@check("tokens.reuse")
def test_reuse_ends_every_token_of_the_session(api, log_in, renew, accepted, refused, not_renewed, ended, rng):
    """When a token that was used comes again, every token of its session is refused, however many came since."""
    pairs, other = [log_in("reader")], log_in("editor")
    for _ in range(rng.randrange(2, 4)):
        pairs.append(renew(pairs[-1]))
    accepted(pairs[-1])
    used = rng.choice(pairs[:-1])
    not_renewed(used, because="it was used before")
    for pair in pairs:
        refused(pair, because="its session has ended")
    not_renewed(pairs[-1], because="its session has ended")
    for pair in pairs:
        ended(pair)
    accepted(other)
    accepted(log_in("reader"))


@check("tokens.reuse")
def test_reuse_under_the_other_address(api, log_in, renew, accepted, ended):
    """Both addresses know what was used."""
    session = log_in("reader")
    following = renew(session)
    accepted(following)
    api.post("/auth/refresh/", json={"refresh": session.refresh}, version="").expect(401)
    ended(following)


@check("tokens.reuse")
def test_what_is_no_reuse(api, log_in, renew, accepted, not_renewed):
    """A used token of another session is no reuse of this one: the session goes on."""
    session, other = log_in("reader"), log_in("reader2")
    following = renew(session)
    renew(other)
    not_renewed(other, because="it was used before")
    accepted(following)
    following = renew(following)
    not_renewed(session, because="it was used before")
    not_renewed(following, because="its session has ended")


@check("tokens.race", seconds=90)
def test_at_the_same_moment(api, log_in, refused, not_renewed, accepted):
    """Of several requests with one token at once at most one gets tokens, and then the session has ended."""
    for _ in range(5):
        session = log_in("reader")
        accepted(session)
        asked = [api.later("POST", "/auth/refresh/", json={"refresh": session.refresh}) for _ in range(6)]
        answers = [answer.expect(200, 401) for answer in api.at_once(asked)]
        given = [answer.object() for answer in answers if answer.status_code == 200]
        expect_that(len(given) <= 1, expected="at most one answer of 200", observed=f"{len(given)} of {len(answers)}")
        refused(session, because="its session has ended")
        for pair in given:
            refused(pair["access"], because="its session has ended")
            not_renewed(pair["refresh"], because="its session has ended")
    accepted(log_in("reader"))
