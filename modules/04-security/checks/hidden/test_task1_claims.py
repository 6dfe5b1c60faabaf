"""Task 1: what tokens say and how long they live, under the variables."""

import time

from grader.checkpoint import check, expect, expect_that, fail, read_jwt, rsa_pair

CLOCK_S = 30


@check("tokens.claims")
def test_claims_of_both_tokens(api, log_in, renew, signing_key):
    """Both tokens have every claim of the brief, those of a log-in and those of a refresh."""
    for who in ("reader", "contributor2", "admin"):
        session = log_in(who)
        for pair in (session, renew(session)):
            tokens = [read_jwt(pair.access), read_jwt(pair.refresh)]
            for token, kind in zip(tokens, ("access", "refresh"), strict=True):
                expect_that(
                    token.is_signed_by(signing_key), expected="signed with JWT_SIGNING_KEY", observed="it is not"
                )
                _has_claims(token, kind, session.person)
            _differs(tokens)
        _differs([read_jwt(session.access), read_jwt(renew(log_in(who)).access)])


def _has_claims(token, kind, person):
    claims = token.claims
    said = {"user_id": str(person.id), "username": person.username, "role": person.role, "token_type": kind}
    for name, value in said.items():
        expect(claims.get(name), equal_to=value, because=f"`{name}` of the {kind} token")
    expect_that(isinstance(claims.get("jti"), str), expected="`jti`, a text", observed=claims.get("jti", "nothing"))
    begun, life = claims.get("iat"), _life(token)
    expect_that(abs(begun - time.time()) < CLOCK_S, expected="`iat`, now in seconds", observed=begun)
    limit = 15 * 60 if kind == "access" else 24 * 3600
    expect_that(0 < life <= limit, expected=f"a life of the {kind} token of at most {limit} s", observed=f"{life} s")


def _differs(tokens):
    ids = [token.claims.get("jti") for token in tokens]
    expect_that(len(set(ids)) == len(ids), expected="a `jti` of its own for each token", observed=ids)


def _life(token):
    """Seconds between `iat` and `exp`."""
    for name in ("iat", "exp"):
        if type(token.claims.get(name)) not in (int, float):
            fail(expected=f"`{name}`, a number of seconds", observed=token.claims.get(name, "nothing"))
    return token.claims["exp"] - token.claims["iat"]


@check("tokens.claims", seconds=60)
def test_lives_as_the_variables_say(api, api_with, log_in, rng):
    """`JWT_ACCESS_MINUTES` and `JWT_REFRESH_HOURS` are what tokens live, fractions included."""
    minutes, hours = rng.randrange(2, 14) + 0.5, rng.randrange(2, 23) + 0.25
    server = api_with(env={"JWT_ACCESS_MINUTES": str(minutes), "JWT_REFRESH_HOURS": str(hours)})
    session = log_in("reader", to=server)
    for text, wanted in ((session.access, minutes * 60), (session.refresh, hours * 3600)):
        life = _life(read_jwt(text))
        expect_that(abs(life - wanted) <= 2, expected=f"a life of {wanted:g} s", observed=f"{life:g} s")


@check("tokens.claims", seconds=60)
def test_signed_by_another_hash(api, api_with, log_in, accepted, rng):
    """`JWT_ALGORITHM` says by which hash tokens are signed."""
    algorithm = rng.choice(("HS384", "HS512"))
    server = api_with(env={"JWT_ALGORITHM": algorithm})
    session = log_in("editor", to=server)
    for text in (session.access, session.refresh):
        token = read_jwt(text)
        expect(token.header.get("alg"), equal_to=algorithm)
        signed = token.is_signed_by(server.place.env["JWT_SIGNING_KEY"])
        expect_that(signed, expected=f"signed with JWT_SIGNING_KEY by {algorithm}", observed="it is not")
    accepted(session, to=server)


@check("tokens.claims", seconds=60)
def test_signed_by_a_pair_of_keys(api, api_with, log_in, accepted):
    r"""With `RS256` the private key signs; line ends of a PEM may be written as `\n`."""
    pair = rsa_pair()
    keys = {"JWT_SIGNING_KEY": pair.private_pem, "JWT_VERIFYING_KEY": pair.public_pem}
    joined = {name: pem.replace("\n", "\\n") for name, pem in keys.items()}
    server = api_with(env={"JWT_ALGORITHM": "RS256", **joined})
    session = log_in("editor", to=server)
    for text in (session.access, session.refresh):
        expect_that(read_jwt(text).is_signed_by(pair), expected="signed by RS256 with the private key", observed="no")
    accepted(session, to=server)
