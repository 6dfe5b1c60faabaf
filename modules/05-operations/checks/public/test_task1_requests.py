"""The log line of a plain request."""

from grader.checkpoint import check, expect


@check("logs.requests", seconds=60)
def test_a_request_is_logged(platform):
    """A request for the list of posts is one JSON object with its method, path, status and request id."""
    it = platform()
    name = it.web.get("/posts/").expect(200).headers.get("x-request-id")

    def logged():
        return [one for one in it.lines("request") if one.get("request_id") == name]

    it.until(logged, expected="its log line", observed=lambda: "none with its request id", within_s=30)
    told = [[one.get(key) for key in ("method", "path", "status", "user_id")] for one in logged()]
    expect(told, equal_to=[["GET", "/api/v1/posts/", 200, None]])
