"""The database is away, and is back."""

from grader.checkpoint import check

AT_ONCE = 8  # requests, so that each process of the server answers some of them


@check("resilience.database", seconds=60)
def test_without_the_database(platform):
    """With the database stopped requests that need it get a 500 as problem details; later they work again."""
    it = platform()

    def ask():
        return it.web.at_once([it.web.later("GET", "/tags/", within_s=30) for _ in range(AT_ONCE)])

    for answer in ask():
        answer.expect(200)
    it.web.cut("postgres")
    for answer in ask():
        answer.problem(500)
    it.web.restore("postgres")
    statuses = []

    def works():
        statuses[:] = [answer.status_code for answer in ask()]
        return set(statuses) == {200}

    it.until(works, expected="200 once the database is back", observed=lambda: statuses, within_s=10)
