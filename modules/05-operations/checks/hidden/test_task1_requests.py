"""Log lines of requests, as the server writes them to standard output."""

from grader.checkpoint import check, expect, expect_that

REQUESTS = (
    ("GET", "/api/v1/posts/", None, 200),
    ("GET", "/api/v1/posts/99999999/", None, 404),
    ("POST", "/api/v1/posts/", "reader", 403),
    ("POST", "/api/v1/posts/", None, 401),
    ("DELETE", "/api/v1/tags/", "admin", 405),
    ("GET", "/live", None, 200),
    ("GET", "/api/v1/users/me/", "editor", 200),
)


@check("logs.requests", seconds=60)
def test_one_line_for_each_request(platform, rng):
    """Each request has one object with its id, person, method, path without the query, status and duration."""
    it = platform()
    asked = []
    for method, path, who, status in REQUESTS:
        name = f"{rng.getrandbits(128):032x}"
        answer = it.web.request(
            method, f"{path}?word={rng.word()}", as_=who, version=None, headers={"X-Request-ID": name}, json={}
        ).expect(status)
        expect(answer.headers.get("x-request-id"), equal_to=name)
        asked.append((name, method, path, it.web.people[who].id if who else None, status))
    it.until(
        lambda: len({line.get("request_id") for line in it.lines("request")} & {one[0] for one in asked}) == len(asked),
        expected='an object with `"event": "request"` for each request',
        observed=lambda: f"{len(it.lines('request'))} objects for {len(asked)} requests",
        within_s=30,
    )
    for name, method, path, person, status in asked:
        found = [line for line in it.lines("request") if line.get("request_id") == name]
        expect_that(len(found) == 1, expected=f"one object for {method} {path}", observed=f"{len(found)} objects")
        (line,) = found
        expect(
            {key: line.get(key) for key in ("method", "path", "status", "user_id", "level")},
            equal_to={"method": method, "path": path, "status": status, "user_id": person, "level": "info"},
            because=f"for {method} {path}",
        )
        took = line.get("duration_ms")
        expect_that(
            isinstance(took, (int, float)) and not isinstance(took, bool) and took >= 0,
            expected="`duration_ms`, a number of milliseconds",
            observed=took,
        )
