"""A request is traced."""

from grader.checkpoint import check


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
        within_s=30,
    )
