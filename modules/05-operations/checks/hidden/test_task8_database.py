"""PostgreSQL and Redis stopped: what is answered meanwhile, and how soon all is well again."""

from grader.checkpoint import check, expect

BACK_S = 10.0


@check("resilience.database", seconds=150)
def test_a_database_that_restarts(platform, services, rng):
    """Requests that need a stopped database get 500 as problem details; they work within 10 s of its return."""
    it = platform()
    tries = (("GET", "/posts/", None), ("GET", "/users/me/", "reader"), ("GET", "/comments/", "editor"))
    for method, path, who in tries * 2:
        it.web.request(method, path, as_=who, within_s=30).expect(200)
    services.postgres.down()
    for method, path, who in tries:
        it.web.request(method, path, as_=who).problem(500)
    it.web.get("/live", version=None).expect(200)
    expect(it.web.get("/healthz", version=None).expect(503).object(), equal_to={"status": "unavailable"})
    services.postgres.up()

    def works():
        return all(it.web.request(method, path, as_=who).status_code == 200 for method, path, who in tries * 2)

    it.until(
        works,
        expected="200 for every request once the database accepts connections",
        observed=lambda: "some still fail",
        within_s=BACK_S,
    )
