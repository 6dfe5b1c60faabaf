"""How the database finds what a page shows, by its own plans, with as many rows as a site has after some years.

Statements are read from the log of PostgreSQL, and carried out once more in a session of the grader's own that has the
project's rights and keeps nothing: what a project sets for its own sessions changes nothing.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import psycopg

from grader.gates.performance.api import Unfit
from grader.gates.performance.plan_steps import Step, costly
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


_WITHIN_S = 60
# The columns of an index in their order, `-` before a descending one; expressions and conditions make it none of these.
_INDEXES = """SELECT c.relname::text,
    array_agg((CASE WHEN i.indoption[k - 1] & 1 = 1 THEN '-' ELSE '' END) || a.attname::text ORDER BY k)
    FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid,
    generate_series(1, i.indnkeyatts) AS k, pg_catalog.pg_attribute AS a
    WHERE i.indrelid = to_regclass('public.' || quote_ident(%s)) AND i.indisvalid AND i.indpred IS NULL
    AND i.indexprs IS NULL AND a.attrelid = i.indrelid AND a.attnum = i.indkey[k - 1] GROUP BY c.relname"""


@dataclass(frozen=True, slots=True)
class Costly:
    """A step behind a page: the request, who asked, the step, its statement, and whether an index would serve it.

    ``index`` is the name of one that serves it and was not used; "" where there is none.
    """

    page: str
    reader: str
    step: Step
    statement: str
    index: str


def costly_pages(timed: Timed) -> tuple[list[Costly], int]:
    """What is costly behind pages, and of how many; each page, kind of step and table once.

    Raises:
        Unfit: a page is not answered, or the tables do not take copies of their rows.
    """
    timed.fill(Amount(FULL.posts - AMOUNT.posts, FULL.comments - AMOUNT.comments))
    found: dict[tuple[str, str, str], Costly] = {}
    planned: dict[str, tuple[Step, ...]] = {}
    pages = list(_pages(timed))
    with timed.postgres.writer(timed.database) as connection:
        for reader in ("", "contributor", "editor"):
            for page in pages:
                for statement in _sent(timed, reader, page):
                    if statement not in planned:
                        planned[statement] = tuple(costly(_plan(connection, statement), _TABLES))
                    for step in planned[statement]:
                        index = _index(connection, step)
                        one = Costly(page, reader or "anonymous", step, statement, index)
                        found.setdefault((page, step.kind, step.table), one)
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


def _plan(connection: Any, statement: str) -> dict[str, Any]:
    """The plan of it, with what was counted; without, where its values are not known. ``Unfit`` for what has none."""
    generic = _PARAMETER.search(statement) is not None
    options = "GENERIC_PLAN" if generic else "ANALYZE, TIMING OFF"
    try:
        with connection.transaction(force_rollback=True):
            connection.execute("SET LOCAL search_path = public, pg_catalog")
            connection.execute(f"SET LOCAL statement_timeout = {_WITHIN_S * 1000}")
            row = connection.execute(f"EXPLAIN ({options}, FORMAT JSON) {statement}").fetchone()
    except psycopg.Error as error:
        if generic:  # without their values, parameters may have no types
            return {}
        said = error.diag.message_primary or type(error).__name__
        raise Unfit(f"A statement of a page cannot be planned by itself ({said[:200]}): {statement[:300]}") from None
    plan = row[0] if isinstance(row[0], list) else json.loads(row[0])
    found: dict[str, Any] = plan[0]["Plan"]
    return found


def _index(connection: Any, step: Step) -> str:
    """The name of an index that would spare the step; "" where there is none."""
    if not step.held and not step.order:
        return ""
    rows = connection.execute(_INDEXES, [step.table]).fetchall()
    return next((name for name, columns in rows if step.is_served_by(columns)), "")
