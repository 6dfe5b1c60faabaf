"""The database is away, and is back."""

from grader.checkpoint import check


@check("resilience.database", seconds=60)
def test_without_the_database(platform):
    """With the database stopped a request that needs it gets a 500 as problem details; later it works again."""
    it = platform()
    it.web.get("/tags/", within_s=30).expect(200)
    it.web.cut("postgres")
    it.web.get("/tags/").problem(500)
    it.web.restore("postgres")
    it.until(
        lambda: it.web.get("/tags/").status_code == 200,
        expected="200 once the database is back",
        observed=lambda: it.web.get("/tags/").status_code,
        within_s=10,
    )
