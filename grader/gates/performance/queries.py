"""How many statements a request sends, by the server's own log, with few rows and with a full page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grader.gates.performance.api import Api, Unfit
from grader.sandbox.services.statement_log import Flooded, StatementLog
from grader.stage.postgres.statements import counted

FEW, MANY = 5, 25
_TIMES = 3
# A full page is asked for: what is fetched row by row shows with every row of it.
LISTS = {
    "posts": "/posts/?page_size=100",
    "comments": "/comments/?page_size=100",
    "categories": "/categories/?limit=100",
    "tags": "/tags/?limit=100",
}


@dataclass(frozen=True, slots=True)
class Count:
    """How many statements one operation sent at most, with ``FEW`` posts and with ``MANY``."""

    operation: str
    few: int
    many: int


def count(api: Api, readers: Mapping[str, Api], log: StatementLog) -> list[Count]:
    """Of each list and of a post, as each reader; ``Unfit`` where an answer is not what it has to be."""
    first = [api.publish_post() for _ in range(FEW)]
    few = _counts(api, readers, log, first[0], FEW)
    for _ in range(MANY - FEW):
        api.publish_post()
    many = _counts(api, readers, log, first[0], MANY)
    return [Count(name, few[name], many[name]) for name in few]


def _counts(api: Api, readers: Mapping[str, Api], log: StatementLog, post: int, posts: int) -> dict[str, int]:
    """The most that each operation sent. A write before each round lets no cache answer for the application."""
    found: dict[str, int] = {}
    for turn in range(_TIMES):
        api.ask("PATCH", f"/posts/{post}/", {"body": api.phrase(80)})
        for role, reader in readers.items():
            for operation, sent in _round(reader, log, post, posts):
                if turn:  # what is looked up once in the life of a process is no cost of a request
                    name = f"GET {operation} as {role}"
                    found[name] = max(found.get(name, 0), sent)
    return found


def _round(reader: Api, log: StatementLog, post: int, posts: int) -> Iterable[tuple[str, int]]:
    for kind, path in LISTS.items():
        mark = log.mark()
        rows = reader.rows(path)
        sent = _sent(log, mark)
        if len(rows) < posts:
            raise Unfit(f"GET /api/v1{path} showed {len(rows)} rows where there are {posts} to show.")
        yield f"/{kind}/", sent
    mark = log.mark()
    shown = reader.ask("GET", f"/posts/{post}/")
    if not isinstance(shown, dict) or shown.get("id") != post:
        raise Unfit(f"GET /api/v1/posts/{post}/ did not show that post.")
    yield "/posts/{id}/", _sent(log, mark)


def _sent(log: StatementLog, mark: int) -> int:
    try:
        return sum(len(counted(message)) for message in log.since(mark))
    except Flooded:
        raise Unfit("The project sent so many statements that the database's log is full of them.") from None
