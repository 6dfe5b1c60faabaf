"""How the database finds what a page shows, by its own plans, with as many rows as a site has after some years.

Statements are read from the log of PostgreSQL and planned in a session of the grader's own: what a project sets for its
own sessions changes nothing.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import psycopg

from grader.gates.performance.api import Unfit
from grader.gates.performance.population import COMMENTS, POSTS, Amount
from grader.gates.performance.timed import AMOUNT, Timed
from grader.sandbox.services.statement_log import Flooded
from grader.stage.postgres.statements import counted

FULL = Amount(posts=20_000, comments=200_000)
_TABLES = (POSTS, COMMENTS)
_READS = re.compile(r"\s*(SELECT|WITH)\b", re.IGNORECASE)
# A page of posts has `count`, which has to look at all.
_COUNTS = re.compile(r"SELECT COUNT\((\*|DISTINCT [^()]{1,200}|\"?[\w.\"]{1,200})\) (AS \S+ )?FROM\b", re.IGNORECASE)
_PARAMETER = re.compile(r"\$\d")
# A cursor of the server's is a statement, too.
_CURSOR = re.compile(r"\s*DECLARE\s[^;]{1,200}?\sCURSOR\s[^;]{0,40}?FOR\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Scan:
    """A page behind which a whole table is read: the request, who asked, the table, and the statement."""

    page: str
    reader: str
    table: str
    statement: str


def scans(timed: Timed) -> tuple[list[Scan], int]:
    """The pages that read a whole table of posts or comments, and of how many; each page and table once.

    Raises:
        Unfit: a page is not answered, or the tables do not take copies of their rows.
    """
    timed.fill(Amount(FULL.posts - AMOUNT.posts, FULL.comments - AMOUNT.comments))
    found: dict[tuple[str, str], Scan] = {}
    pages = list(_pages(timed))
    with timed.postgres.writer(timed.database) as connection:
        for reader in ("", "contributor", "editor"):
            for page in pages:
                for statement in _sent(timed, reader, page):
                    for table in _scanned(connection, statement):
                        found.setdefault((page, table), Scan(page, reader or "anonymous", table, statement))
    return list(found.values()), len(pages)


def _pages(timed: Timed) -> Iterator[str]:
    """The first page of posts and of comments, whole and by each filter but ``search``."""
    editor, random = timed.readers["editor"], timed.random
    shown = editor.ask("GET", f"/posts/{random.choice(timed.visitor.published)}/")
    rare = timed.users["contributor"].username
    of_posts = [{"author": rare}, {"category": shown["category"]}, {"tag": shown["tags"][0]}]
    of_posts += [{"status": status} for status in ("draft", "published", "archived")]
    of_posts += [{"published_after": shown["published_at"]}, {"published_before": shown["published_at"]}]
    of_posts += [{"ordering": order} for order in ("created_at", "-created_at")]
    of_comments = [{"author": rare}, {"post": str(shown["id"])}]
    of_comments += [{"status": status} for status in ("pending", "approved")]
    for kind, filters in (("posts", of_posts), ("comments", of_comments)):
        yield f"/{kind}/"
        yield from (f"/{kind}/?{urlencode(parameters)}" for parameters in filters)


def _sent(timed: Timed, reader: str, page: str) -> list[str]:
    """The statements behind a page that read, without those that count for ``count``."""
    mark = timed.postgres.log.mark()
    timed.readers[reader].rows(page)
    try:
        sent = [statement for message in timed.postgres.log.since(mark) for statement in counted(message)]
    except Flooded:
        raise Unfit("The project sent so many statements that the database's log is full of them.") from None
    sent = [_CURSOR.sub("", text, count=1) for text in sent]
    return [text for text in sent if _READS.match(text) and not _COUNTS.match(text)]


def _scanned(connection: Any, statement: str) -> set[str]:
    """The tables that are read whole by it; ``Unfit`` for what cannot be planned by itself."""
    generic = ", GENERIC_PLAN" if _PARAMETER.search(statement) else ""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute("SET LOCAL search_path = public, pg_catalog")
            row = connection.execute(f"EXPLAIN (FORMAT JSON{generic}) {statement}").fetchone()
    except psycopg.Error as error:
        if generic:  # without their values, parameters may have no types
            return set()
        said = error.diag.message_primary or type(error).__name__
        raise Unfit(f"A statement of a page cannot be planned by itself ({said[:200]}): {statement[:300]}") from None
    plan = row[0] if isinstance(row[0], list) else json.loads(row[0])
    return {node["Relation Name"] for node in _nodes(plan[0]["Plan"]) if _reads_all(node)}


def _reads_all(node: dict[str, Any]) -> bool:
    return node["Node Type"] == "Seq Scan" and node.get("Relation Name") in _TABLES


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)
