"""Task 1: a password is exchanged for tokens."""

from grader.checkpoint import check


@check("tokens.login")
def test_a_password_gives_tokens(api, log_in):
    """Who sends a name and its password gets an access token, and with it the API knows them."""
    session = log_in("editor")
    assert api.get("/users/me/", as_=session.caller).expect(200).object()["username"] == session.person.username


@check("tokens.login")
def test_a_wrong_password_gives_none(api, try_login, rng):
    """A wrong password is answered with 401, the right one with 200."""
    try_login("contributor").expect(200)
    try_login("contributor", password=rng.sentence()).expect(401)
