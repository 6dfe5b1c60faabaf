"""One trace from a request to the queries of its task, and what is in no span."""

from grader.checkpoint import check, expect, expect_that

SENT_S = 30.0
KINDS = {"SERVER", "CLIENT", "PRODUCER", "CONSUMER"}


@check("tracing.one-trace", seconds=120)
def test_from_the_request_to_the_queries_of_the_task(platform, rng, comment):
    """Request, queries, message, task and its queries are one trace: one root, and every other parent is in it."""
    name = rng.slug()
    it = platform(env={"OTEL_SERVICE_NAME": name})
    it.worker()
    comment(it, it.web.rows.post(state="out"), as_="editor")
    it.settle()

    def trace():
        spans = it.spans()
        of_requests, with_messages = (
            {one.trace_id for one in spans if one.kind == kind} for kind in ("SERVER", "PRODUCER")
        )
        ids = of_requests & with_messages or of_requests
        return [span for span in spans if span.trace_id in ids]

    def below(kind):
        """The kinds of the spans that are below one of that kind, with their nearest such parent."""
        spans = {span.span_id: span for span in trace()}
        found = set()
        for span in spans.values():
            at, seen = spans.get(span.parent_id), set()
            while at and at.span_id not in seen and at.kind not in ("SERVER", "CONSUMER"):
                seen.add(at.span_id)
                at = spans.get(at.parent_id)
            if at and at.kind == kind:
                found.add(span.kind)
        return found

    it.until(
        lambda: {"CLIENT", "PRODUCER"} <= below("SERVER") and "CLIENT" in below("CONSUMER"),
        expected="CLIENT and PRODUCER below the request's span, CONSUMER in its trace, and CLIENT below that",
        observed=lambda: [f"{span.kind} {span.name}" for span in trace()],
        within_s=SENT_S,
    )
    spans = trace()
    expect_that(
        len({span.trace_id for span in spans}) == 1, expected="one trace", observed=f"{len(spans)} spans of several"
    )
    roots = [span.kind for span in spans if not span.parent_id]
    expect(roots, equal_to=["SERVER"], because="exactly one span has no parent, that of the request")
    ids = {span.span_id for span in spans}
    lost = [f"{span.kind} {span.name}" for span in spans if span.parent_id and span.parent_id not in ids]
    expect(lost, equal_to=[], because="every other span's parent is in the trace")
    expect({span.service for span in spans}, equal_to={name}, because="it is OTEL_SERVICE_NAME")


@check("tracing.probes", seconds=120)
def test_which_paths_are_traced(platform, rng):
    """Probes and `/metrics` make no span of kind SERVER; any other path does, also with these words in it."""
    it = platform()
    for path in ("/live", "/ready", "/healthz", "/metrics"):
        it.web.get(path, version=None).expect(200)
        it.web.get(path, version=None, headers={"X-Forwarded-Proto": ""}).expect(200)
    others = [f"/{rng.word()}/live", f"/live{rng.word()}", "/api/v1/posts/?search=/metrics", f"/ready/{rng.word()}"]
    for path in others:
        it.web.get(path, version=None).expect(200, 404)

    def number():
        return sum(span.kind == "SERVER" for span in it.spans())

    it.until(
        lambda: number() >= len(others),
        expected=f"{len(others)} spans of kind SERVER, for {', '.join(others)}",
        observed=number,
        within_s=SENT_S,
    )
    expect(number(), equal_to=len(others), because="probes are not traced")


@check("tracing.secrets", seconds=240)
def test_no_secret_in_a_span(platform, provoke, posted_spans, no_canary):
    """No span holds a secret that the application was sent: not in its name, attributes, status or events."""
    it = platform()
    it.worker()
    canaries = provoke(it)
    it.until(
        lambda: {span.kind for span in it.spans()} >= KINDS,
        expected=f"spans of the kinds {', '.join(sorted(KINDS))}",
        observed=lambda: sorted({span.kind for span in it.spans()}),
        within_s=SENT_S,
    )
    no_canary({"what was posted to /v1/traces": posted_spans(it)}, canaries)
