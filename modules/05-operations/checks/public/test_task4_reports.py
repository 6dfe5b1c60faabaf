"""An unhandled exception is reported."""

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
