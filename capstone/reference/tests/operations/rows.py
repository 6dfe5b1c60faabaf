# FILE SOLUTION 06
"""A row in every table, and what all of them hold: for tests of migrations."""

from typing import Any

import psycopg
from psycopg import sql

Connection = psycopg.Connection[tuple[object, ...]]
TABLES = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    " AND relname <> 'django_migrations' ORDER BY relname"
)
COLUMNS = (
    "SELECT column_name, udt_name, coalesce(character_maximum_length, 9)"
    " FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
    " AND is_identity = 'NO' AND column_default IS NULL AND is_nullable = 'NO'"
)
# By the type of a column, and by its name where a constraint asks for more. What is in the
# future is nothing that Beat looks at.
BY_TYPE: dict[str, Any] = {
    "bool": False,
    "int2": 1,
    "int4": 1,
    "int8": 1,
    "float8": 1.0,
    "timestamptz": "2099-01-01T00:00:00Z",
    "date": "2026-01-01",
    "interval": "1 day",
    "uuid": "00000000-0000-4000-8000-000000000001",
    "inet": "192.0.2.1",
    "jsonb": "{}",
    "bytea": b"\x00",
}
BY_COLUMN = {
    "accounts_user.role": "reader",
    "anomalies_anomaly.kind": "new_address",
    "comments_comment.status": "pending",
    "posts_post.status": "draft",
}


def tables(connection: Connection) -> list[str]:
    """All of them, but the list of migrations."""
    return [str(name) for (name,) in connection.execute(TABLES).fetchall()]


def fill(connection: Connection) -> None:
    """Put a row into each table that has none. What it refers to need not be there.

    Connected as a superuser, who may switch triggers and foreign keys off. Raises
    psycopg.IntegrityError where a CHECK asks for a value that BY_COLUMN does not have.
    """
    connection.execute("SET session_replication_role = replica")
    for table in tables(connection):
        name = sql.Identifier(table)
        if (
            connection.execute(
                sql.SQL("SELECT FROM {} LIMIT 1").format(name)
            ).fetchone()
            is None
        ):
            _insert(connection, table)
    connection.execute("RESET session_replication_role")


def _insert(connection: Connection, table: str) -> None:
    found = connection.execute(COLUMNS, [table]).fetchall()
    values = {
        str(column): BY_COLUMN.get(f"{table}.{column}")
        or BY_TYPE.get(str(kind), f"{table} has one"[: int(str(most))])
        for column, kind, most in found
    }
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join([sql.Placeholder()] * len(values)),
    )
    connection.execute(statement, list(values.values()))


def state(connection: Connection) -> dict[str, frozenset[str]]:
    """All rows of each table, as text."""
    query = sql.SQL("SELECT one::text FROM {} AS one")
    return {
        table: frozenset(
            str(row)
            for (row,) in connection.execute(query.format(sql.Identifier(table)))
        )
        for table in tables(connection)
    }
