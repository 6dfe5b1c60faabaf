"""A password and a query string, and the log."""

from grader.checkpoint import check, expect_that


@check("logs.secrets", seconds=60)
def test_a_password_is_not_logged(platform, rng, no_canary):
    """Neither a wrong password nor a query string stands in what the server writes."""
    it = platform()
    password, word = rng.slug(), f"{rng.word()}{rng.getrandbits(64):x}"
    sent = {"username": it.web.people["reader"].username, "password": password}
    it.web.post("/auth/login/", json=sent, within_s=60).expect(401)
    it.web.get(f"/posts/?search={word}").expect(200)
    expect_that(
        len(it.lines("request")) >= 2, expected="a log line for each request", observed=len(it.lines("request"))
    )
    output = it.web.place.server.output().decode("utf-8", "replace")
    no_canary({"the server's output": output}, {"a wrong password": password, "a value in the query string": word})
