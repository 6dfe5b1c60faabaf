"""Task 1: what the tokens say, how they are sent, and that a refresh token is used once."""

from grader.checkpoint import check, expect, expect_that, read_jwt


@check("tokens.claims")
def test_claims_of_an_access_token(api, log_in, signing_key):
    """An access token is signed with `JWT_SIGNING_KEY`, and says whose it is."""
    session = log_in("editor")
    token = read_jwt(session.access)
    expect_that(token.is_signed_by(signing_key), expected="signed with JWT_SIGNING_KEY by HS256", observed="it is not")
    expect(token.claims.get("user_id"), equal_to=str(session.person.id))
    expect(token.claims.get("token_type"), equal_to="access")


@check("tokens.authorization")
def test_nonsense_is_refused(api, log_in, raw):
    """A valid access token is taken, anything else after `Bearer` is 401, also where nobody has to log in."""
    api.get("/posts/", as_=log_in("reader").caller).expect(200)
    answer = api.get("/posts/", as_=raw("Bearer nonsense")).expect(401)
    challenge = answer.header("WWW-Authenticate")
    expect_that(challenge.startswith("Bearer"), expected="`WWW-Authenticate: Bearer …`", observed=challenge)


@check("tokens.signature")
def test_a_token_of_another_key(api, log_in, forge, accepted, refused):
    """A token that another key signed is refused, the same one signed by the right key is accepted."""
    session = log_in("reader")
    accepted(forge(session.access), person=session.person)
    refused(forge(session.access, key="another key that is as long as it has to be"))


@check("tokens.lifetime")
def test_a_token_whose_time_is_over(api, log_in, forge, accepted, refused):
    """A token is refused once its `exp` is over."""
    session = log_in("reader")
    now = read_jwt(session.access).claims["iat"]
    accepted(forge(session.access, exp=now + 300), person=session.person)
    refused(forge(session.access, exp=now - 300))


@check("tokens.types")
def test_each_token_has_its_place(api, log_in, accepted, refused, not_renewed):
    """A refresh token is no access token, and the other way round."""
    session = log_in("reader")
    accepted(session)
    refused(session.refresh)
    not_renewed(session.access)


@check("tokens.rotation")
def test_a_refresh_gives_the_next_tokens(log_in, renew, accepted):
    """A refresh token gives the next two tokens."""
    session = log_in("reader")
    following = renew(session)
    accepted(following)
    expect_that(following.refresh != session.refresh, expected="another refresh token", observed="the same one")


@check("tokens.reuse")
def test_a_token_that_was_used_ends_its_session(log_in, renew, not_renewed, ended):
    """A refresh token that comes a second time is refused, and its session ends."""
    session = log_in("reader")
    following = renew(session)
    not_renewed(session)
    ended(following)


@check("tokens.current")
def test_a_role_that_was_taken_away(api, log_in, member, rng):
    """Who may write no more cannot do so with a token from before, either."""
    person = member("contributor")
    session = log_in(person)
    api.post("/posts/", as_=session.caller, json={"title": rng.title()}).expect(201)
    api.patch(f"/users/{person.id}/", as_="admin", json={"role": "reader"}).expect(200)
    answer = api.post("/posts/", as_=session.caller, json={"title": rng.title()})
    answer.expect(403, because="the database says by now that this is a reader")


@check("tokens.race", seconds=60)
def test_two_requests_with_one_token(api, log_in, refused):
    """Of two requests at once with one refresh token one at most gets tokens, and the session has ended."""
    for _ in range(3):
        session = log_in("contributor")
        asked = [api.later("POST", "/auth/refresh/", json={"refresh": session.refresh}) for _ in range(2)]
        given = [answer for answer in api.at_once(asked) if answer.expect(200, 401).status_code == 200]
        expect_that(len(given) <= 1, expected="at most one answer of 200", observed=f"{len(given)} of 2")
        refused(session, because="its refresh token came twice")
