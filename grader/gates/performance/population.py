"""Many rows, made by the trusted side from the few that the API made: copies of them, in the project's own tables."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from grader.domain.errors import EnvironmentError_
from grader.gates.performance.api import Unfit

if TYPE_CHECKING:
    from grader.sandbox.services.postgres import Connection

_WITHIN_S = 180  # a few seconds where nothing else runs
POSTS, COMMENTS, TAGS, LINKS = "posts_post", "comments_comment", "posts_tag", "posts_post_tags"
_COLUMNS = """SELECT a.attname::text, t.typcategory::text FROM pg_catalog.pg_attribute AS a
    JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
    WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    AND a.attname <> 'id' ORDER BY a.attnum"""
_UNIQUE = """SELECT DISTINCT a.attname::text FROM pg_catalog.pg_index AS i
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = %s::regclass AND i.indisunique AND NOT i.indisprimary"""
# A copy is older than what it is copied from, by a time of its own.
_OLDER = "o.{column} - (n * 60 + o.id %% 60) * interval '1 second'"
_OTHER = "left(o.{column}, 30) || '-' || o.id || '-' || n || {mark}"
_SOME_POST = "(%(posts)s::bigint[])[1 + (n * 61 + o.id) %% cardinality(%(posts)s::bigint[])]"
_LINK = """INSERT INTO {links} (post_id, tag_id)
    SELECT p.id, ({tags}::bigint[])[1 + (p.id + k) %% cardinality({tags}::bigint[])]
    FROM {posts} AS p, generate_series(0, 1) AS k WHERE p.id > {old}"""


class NotCopied(Unfit):
    """The project's tables do not take copies of their own rows; the message says what PostgreSQL said."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How many posts and comments there are to be, at least."""

    posts: int
    comments: int


def populate(connection: "Connection", amount: Amount, mark: str) -> None:
    """So many posts and comments, and the planner's statistics of them. ``mark``, of letters, is new with each call.

    What is copied are published posts and approved comments; a tenth of the posts is archived. So what a project
    keeps apart by author or state is rare, as it is in life. ``connection`` has the project's own rights.

    Raises:
        NotCopied: a table does not take them.
        EnvironmentError_: it does not take them in time: triggers may be slow, and a machine may be busy.
    """
    try:
        with connection.transaction():
            connection.execute("SET LOCAL search_path = public, pg_catalog")
            for limit in ("statement_timeout", "lock_timeout"):
                connection.execute(f"SET LOCAL {limit} = '{_WITHIN_S}s'")
            old = _one(connection, sql.SQL("SELECT max(id) FROM {}"), POSTS)
            _copy(connection, POSTS, amount.posts, mark)
            _link(connection, old)
            _copy(connection, COMMENTS, amount.comments, mark)
            connection.execute("ANALYZE")
    except psycopg.errors.QueryCanceled:
        why = f"PostgreSQL did not copy {amount.posts:,} posts and {amount.comments:,} comments within {_WITHIN_S} s."
        raise EnvironmentError_(why, "Run the same command again when the machine is less busy.") from None
    except psycopg.Error as error:
        said = error.diag.message_primary or type(error).__name__
        raise NotCopied(f"The project's tables do not take copies of their own rows: {said[:200]}.") from None


def _copy(connection: "Connection", table: str, amount: int, mark: str) -> None:
    """Of the first rows of a table that are in the state that most are in."""
    state = "published" if table == POSTS else "approved"
    count = sql.SQL("SELECT count(*) FROM (SELECT FROM {} WHERE status = %s LIMIT 50) AS few")
    few = _one(connection, count, table, [state])
    copies = -(-amount // few) if few else 0
    columns = connection.execute(_COLUMNS, [table]).fetchall()
    unique = {name for (name,) in connection.execute(_UNIQUE, [table])}
    values = [_value(name, category, unique=name in unique, mark=mark) for name, category in columns]
    statement = sql.SQL(
        "INSERT INTO {table} ({names}) SELECT {values} FROM (SELECT * FROM {table} WHERE status = %(state)s "
        "ORDER BY id LIMIT 50) AS o, generate_series(1, %(copies)s) AS n"
    ).format(
        table=sql.Identifier(table),
        names=sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns),
        values=sql.SQL(", ").join(values),
    )
    posts = [post for (post,) in connection.execute("SELECT id FROM posts_post WHERE status = 'published'")]
    connection.execute(statement, {"state": state, "copies": copies, "posts": posts})


def _value(name: str, category: str, *, unique: bool, mark: str) -> sql.Composable:
    """What stands in a column of a copy: another text or time where that has to be, else what the original has."""
    if name == "post_id":
        return sql.SQL(_SOME_POST)
    if name == "status":
        return sql.SQL("CASE WHEN o.status = 'published' AND n %% 10 = 0 THEN 'archived' ELSE o.status END")
    template = "o.{column}"
    if category == "D":
        template = _OLDER
    elif category == "S" and (unique or name == "title"):
        template = _OTHER
    return sql.SQL(template).format(column=sql.Identifier(name), mark=sql.Literal(mark))


def _link(connection: "Connection", old: int) -> None:
    """Two tags for each new post, where tags are kept as Django keeps them."""
    if _one(connection, sql.SQL("SELECT to_regclass({}) IS NULL"), sql.Literal(LINKS)):
        return
    tags = sql.Literal([tag for (tag,) in connection.execute("SELECT id FROM posts_tag ORDER BY id LIMIT 50")])
    names = {"links": sql.Identifier(LINKS), "posts": sql.Identifier(POSTS), "tags": tags, "old": sql.Literal(old)}
    connection.execute(sql.SQL(_LINK.replace("%%", "%")).format(**names))


def _one(connection: "Connection", statement: sql.SQL, name: str | sql.Literal, values: Any = None) -> Any:
    """The one value that a statement about a name finds."""
    what = sql.Identifier(name) if isinstance(name, str) else name
    row = connection.execute(statement.format(what), values).fetchone()
    return row[0] if row else None
