"""Task 1: tokens that somebody else made, or that were changed. All of them name a session that goes on."""

import base64
import json
import time

from grader.checkpoint import check, make_jwt, new_claims, read_jwt, rsa_pair

OWN = "a key of their own, as long as any"
OVER_S = 11  # just more than the leeway that the brief allows
TO_COME_S = 29  # likewise, with the time that a busy machine takes to ask


def _forgeries(text, key):
    """What is made of a token without its key, by what was done. ``key`` signs what is changed beside the signature."""
    claims, (head, payload, signature) = read_jwt(text).claims, text.split(".")
    own = base64.urlsafe_b64encode(OWN.encode()).rstrip(b"=").decode()
    richer = base64.urlsafe_b64encode(json.dumps({**claims, "role": "admin"}).encode()).rstrip(b"=").decode()
    yield from (
        (f"`alg` {name}", make_jwt(claims, "", "none", header={"alg": name})) for name in ("none", "None", "NONE")
    )
    yield "`alg` none, with the signature that it had", make_jwt(claims, "", "none") + signature
    yield "not signed", f"{head}.{payload}."
    yield "two parts", f"{head}.{payload}"
    yield "another payload under the old signature", f"{head}.{richer}.{signature}"
    yield "signed with another key", make_jwt(claims, OWN)
    yield "signed with an empty key", make_jwt(claims, b"")
    yield "signed by another hash", make_jwt(claims, key, "HS512")
    yield "signed by RS256", make_jwt(claims, rsa_pair(), "RS256")
    for name, value in {
        "kid": "../../../../dev/null",
        "jku": "https://localhost/keys.json",
        "x5u": "https://localhost/keys.pem",
        "jwk": {"kty": "oct", "k": own},
    }.items():
        yield f"signed with the key of its own `{name}`", make_jwt(claims, OWN, header={name: value})
    yield "signed with the empty key of `kid`", make_jwt(claims, b"", header={"kid": "../../../../dev/null"})


@check("tokens.signature", seconds=60)
def test_forged_access_tokens(api, log_in, forge, accepted, refused, signing_key):
    """An access token is refused unless it is signed as the variables say, whatever its header asks for."""
    session = log_in("editor")
    for why, text in _forgeries(session.access, signing_key):
        refused(text, because=why)
    accepted(forge(session.access), person=session.person)
    accepted(session)


@check("tokens.signature", seconds=60)
def test_forged_refresh_tokens(api, log_in, renew, not_renewed, accepted, signing_key):
    """So is a refresh token, and a forgery does not use up or end what it imitates."""
    session = log_in("editor")
    for why, text in _forgeries(session.refresh, signing_key):
        not_renewed(text, because=why)
    following = renew(session)
    for why, text in _forgeries(session.refresh, signing_key):
        not_renewed(text, because=why)
    accepted(following)


@check("tokens.signature", seconds=60)
def test_the_public_key_signs_nothing(api, api_with, log_in, accepted, refused, not_renewed):
    """With a pair of keys the public one is no secret: what it signs by `HS256` is refused."""
    pair = rsa_pair()
    keys = {"JWT_SIGNING_KEY": pair.private_pem, "JWT_VERIFYING_KEY": pair.public_pem}
    server = api_with(env={"JWT_ALGORITHM": "RS256", **keys})
    session = log_in("editor", to=server)
    claims = read_jwt(session.access).claims
    accepted(make_jwt(claims, pair, "RS256"), person=session.person, to=server)
    for key in (pair.public_pem, pair.public_pem.strip(), pair.private_pem, rsa_pair(1).public_pem):
        for algorithm in ("HS256", "HS512"):
            refused(make_jwt(claims, key, algorithm), because="signed by a shared key", to=server)
            again = make_jwt(read_jwt(session.refresh).claims, key, algorithm)
            not_renewed(again, because="signed by a shared key", to=server)
    refused(make_jwt(claims, rsa_pair(1), "RS256"), because="signed by another pair", to=server)
    refused(make_jwt(claims, "", "none"), because="`alg` none", to=server)
    accepted(session, to=server)


@check("tokens.signature", seconds=60)
def test_every_hash_but_its_own(api_with, log_in, accepted, refused, not_renewed):
    """With `HS512` the same key signs by no other hash, the one that is the default among them."""
    server = api_with(env={"JWT_ALGORITHM": "HS512"})
    session, key = log_in("editor", to=server), server.place.env["JWT_SIGNING_KEY"]
    access, refresh = read_jwt(session.access).claims, read_jwt(session.refresh).claims
    accepted(make_jwt(access, key, "HS512"), person=session.person, to=server)
    for algorithm in ("HS256", "HS384"):
        refused(make_jwt(access, key, algorithm), because=f"signed by {algorithm}", to=server)
        not_renewed(make_jwt(refresh, key, algorithm), because=f"signed by {algorithm}", to=server)
    accepted(session, to=server)


@check("tokens.lifetime", seconds=60)
def test_claims_that_are_missing_or_no_time(api, log_in, forge, accepted, refused, not_renewed, renew):
    """Without `exp`, `jti` or `token_type`, or with an `exp` that is no number, a token is refused."""
    session = log_in("editor")
    changes = [{name: ...} for name in ("exp", "jti", "token_type")]
    changes += [{"exp": value} for value in ("tomorrow", str(10**11), None, [10**11], {"at": 10**11})]
    for change in changes:
        ((name, value),) = change.items()
        why = f"no `{name}`" if value is ... else f"`exp` is {value!r}"
        refused(forge(session.access, **change), because=why)
        not_renewed(forge(session.refresh, **change), because=why)
    accepted(forge(session.access), person=session.person)
    renew(session)


@check("tokens.lifetime", seconds=60)
def test_times(api, log_in, forge, accepted, refused, not_renewed, rng):
    """A token whose `exp` is over or whose `nbf` is to come, by more than 10 s, is refused; else it is valid."""
    session = log_in("editor")
    now = read_jwt(session.access).claims["iat"]
    away = rng.randrange(20, 90)
    for change in ({"exp": now - OVER_S}, {"exp": now - OVER_S - 0.5}, {"exp": 0}, {"exp": -1}):
        refused(forge(session.access, **change), because=f"{change}, and it is {now} now")
        not_renewed(forge(session.refresh, **change), because=f"{change}, and it is {now} now")
    for refuse, token in ((refused, session.access), (not_renewed, session.refresh)):
        coming = int(time.time()) + TO_COME_S
        refuse(forge(token, nbf=coming), because=f"its `nbf` is {TO_COME_S} s from now")
    for change in ({"exp": now + 60 + away}, {"nbf": now - 60}, {"further": {"claims": [1]}}):
        accepted(forge(session.access, **change), person=session.person, because=f"{change}, and it is {now} now")
    again = {"refresh": forge(session.refresh, nbf=now - away, further="x")}
    api.post("/auth/refresh/", json=again).expect(200)


@check("tokens.lifetime", seconds=60)
def test_what_is_yours_is_no_server_error(api, api_with, log_in, forge, raw, accepted):
    """Where the brief leaves it to you whether a token is valid, every answer is right but a 500."""
    rates = {f"THROTTLE_{name}": "1000/minute" for name in ("BURST", "ANON", "USER", "SENSITIVE")}
    server = api_with(env=rates)  # a refresh token says whom the rates count
    session, key = log_in("editor", to=server), server.place.env["JWT_SIGNING_KEY"]
    now = read_jwt(session.access).claims["iat"]
    for change in (*({name: ...} for name in ("user_id", "username", "role", "iat")), {"iat": now + 600}):
        token, again = forge(session.access, key=key, **change), forge(session.refresh, key=key, **change)
        said = "without " + next(iter(change)) if ... in change.values() else "with an `iat` that is to come"
        server.get("/users/me/", as_=raw(f"Bearer {token}")).expect(200, 401, because=said)
        for path in ("refresh", "logout"):
            server.post(f"/auth/{path}/", json={"refresh": again}).expect(200, 204, 401, because=said)
        session = log_in("editor", to=server)
    accepted(session, to=server)


@check("tokens.types")
def test_types_and_their_places(api, log_in, renew, accepted, refused, not_renewed):
    """Each type is taken in its own place only, to log out as well, and a mistake ends nothing."""
    session = log_in("contributor")
    refused(session.refresh)
    not_renewed(session.access)
    api.post("/auth/logout/", json={"refresh": session.access}).expect(401)
    accepted(session)
    following = renew(session)
    refused(following.refresh)
    not_renewed(following.access)
    accepted(following)


@check("tokens.types")
def test_the_claim_decides(api, log_in, forge, accepted, refused, not_renewed):
    """What a token is good for is what its `token_type` says."""
    session = log_in("contributor")
    for kind in ("refresh", "ACCESS", "other", ""):
        refused(forge(session.access, token_type=kind), because=f"its `token_type` is {kind!r}")
    for kind in ("access", "REFRESH", "other", ""):
        not_renewed(forge(session.refresh, token_type=kind), because=f"its `token_type` is {kind!r}")
    claims = new_claims(read_jwt(session.access).claims)
    accepted(forge(session.access, **claims), person=session.person)
