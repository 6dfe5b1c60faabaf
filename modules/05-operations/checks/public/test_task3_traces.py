"""A request is traced, a probe is not, and spans hold no secret."""

import pytest

from grader.checkpoint import check, expect

SENT_S = 30.0


@pytest.fixture
def requests_traced():
    """``requests_traced(it, 2)``: two spans of kind SERVER, or more, have been posted; how many it are."""

    def wait(it, number):
        def found():
            return sum(span.kind == "SERVER" for span in it.spans())

        it.until(
            lambda: found() >= number,
            expected=f"{number} spans of kind SERVER posted to /v1/traces",
            observed=found,
            within_s=SENT_S,
        )
        return found()

    return wait


@check("tracing.one-trace", seconds=60)
def test_a_request_and_its_query_are_spans(platform):
    """A request is a span of kind SERVER, with its queries as spans of kind CLIENT in the same trace."""
    it = platform()
    it.web.get("/tags/", as_="reader").expect(200)

    def kinds():
        traces = {}
        for span in it.spans():
            traces.setdefault(span.trace_id, set()).add(span.kind)
        return list(traces.values())

    it.until(
        lambda: any({"SERVER", "CLIENT"} <= one for one in kinds()),
        expected="a trace with a span SERVER and a span CLIENT posted to /v1/traces",
        observed=kinds,
        within_s=SENT_S,
    )


@check("tracing.probes", seconds=60)
def test_a_probe_is_not_traced(platform, rng, requests_traced):
    """A probe makes no span of kind SERVER; a request for another path does, also with a probe's name in it."""
    it = platform()
    for probe in ("/live", "/healthz"):
        it.web.get(probe, version=None).expect(200)
    it.web.get("/tags/").expect(200)
    it.web.get(f"/{rng.word()}/healthz/", version=None).expect(404)
    expect(requests_traced(it, 2), equal_to=2, because="two probes and two other paths were asked for")


@check("tracing.secrets", seconds=60)
def test_what_was_searched_for_is_not_traced(platform, rng, requests_traced, posted_spans, no_canary):
    """Neither a query string nor a wrong password stands in a span."""
    it = platform()
    word, password = (f"{rng.word()}{rng.getrandbits(64):x}" for _ in range(2))
    sent = {"username": it.web.people["contributor"].username, "password": password}
    it.web.get(f"/posts/?search={word}").expect(200)
    it.web.post("/auth/login/", json=sent, within_s=60).expect(401)
    requests_traced(it, 2)
    secrets = {"a value in the query string": word, "a wrong password": password}
    no_canary({"what was posted to /v1/traces": posted_spans(it)}, secrets)
