"""Lets what a served project remembers beside its models grow old, as if time had passed.

Which tables and keys those are is the project's business, so all are taken: every time in a table that no brief names,
and what every key of Redis has left to live. The five models and Django's own tables stay as they are.
"""

from contextlib import closing

from grader.stage.database import Database
from grader.stage.stage import Stage

_NAMED = frozenset({"accounts_user", "posts_post", "posts_category", "posts_tag", "comments_comment"})
_DJANGO = ("auth_", "django_")
# What the brief of module 04 wants never to change refuses to grow older as well.
_APPEND_ONLY = frozenset({"audit_auditentry"})


def age(stage: Stage, db: Database, seconds: float) -> None:
    """Makes it that much older. Rows that somebody has locked just now stay as they are."""
    for table in (name for name in _own_tables(db) if name not in _APPEND_ONLY):
        times = [column.name for column in db.columns(table) if column.type.startswith("timestamp")]
        if times:
            _age_rows(db, table, times, seconds)
    with closing(stage.services.redis_server.admin()) as client:
        numbers = [int(name.removeprefix("db")) for name in client.info("keyspace")]
    for number in numbers:
        with closing(stage.services.redis_server.admin(number)) as client:
            for key in client.scan_iter(count=1000):
                if (left := client.pttl(key)) > 0:
                    client.pexpire(key, max(left - round(seconds * 1000), 1))


def count_own_rows(db: Database) -> int:
    """How many rows are in the tables that no brief names: those in which a project keeps what it remembers."""
    return sum(db.count(table) for table in _own_tables(db))


def _own_tables(db: Database) -> list[str]:
    return [name for name in db.tables() if name not in _NAMED and not name.startswith(_DJANGO)]


def _age_rows(db: Database, table: str, times: list[str], seconds: float) -> None:
    sets = ", ".join(f"{_quoted(name)} = {_quoted(name)} - pg_catalog.make_interval(secs => %s)" for name in times)
    free = f"ARRAY(SELECT ctid FROM ONLY public.{_quoted(table)} FOR UPDATE SKIP LOCKED)"
    statement = f"UPDATE ONLY public.{_quoted(table)} SET {sets} WHERE ctid = ANY ({free})"
    db.execute(statement, tuple(seconds for _ in times))


def _quoted(name: str) -> str:
    """A name that the project has chosen, for a statement with ``%s`` parameters."""
    return '"' + name.replace('"', '""').replace("%", "%%") + '"'
