"""An unhandled exception is reported, and not who met it."""

from grader.checkpoint import check, expect


@check("reporting.events", seconds=60)
def test_a_request_that_fails_is_reported(platform):
    """A request that is answered with 500 is one event of level `error`."""
    it = platform()
    it.web.get("/tags/", within_s=30).expect(200)
    it.web.cut("postgres")
    it.web.get("/tags/").expect(500)
    it.until(it.reports, expected="an event at the server of SENTRY_DSN", observed=lambda: "none", within_s=30)
    expect([event.get("level") for event in it.reports()], equal_to=["error"])


@check("reporting.secrets", seconds=90)
def test_who_met_it_is_not_reported(platform, rng, clean_reports):
    """Who met an exception, from where and with which cookies, query and local variables is in no report."""
    it = platform()
    person, ip = it.web.people["contributor"], f"198.51.100.{rng.randrange(100, 250)}"
    word = f"{rng.word()}{rng.getrandbits(64):x}"
    it.web.get("/tags/", within_s=30).expect(200)
    it.web.cut("postgres")
    it.web.get(f"/posts/?search={word}", as_="contributor", client=ip).expect(500)
    cookies = dict(part.split("=", 1) for part in person.session["Cookie"].split("; "))
    secrets = {
        "a value in the query string": word,
        "a user name": person.username,
        "an IP address": ip,
        **{f"the cookie `{name}`": value for name, value in cookies.items()},
    }
    clean_reports(it, secrets, number=1)
