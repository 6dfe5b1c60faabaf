"""What a project sends past the counter of queries. Each beside a control: the old way counted fewer."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import psycopg
import pytest

from grader.checkpoint.kit.queries import by_log, counting
from grader.sandbox.services.postgres import Connection, Postgres
from grader.stage.outcome import Failed
from grader.stage.postgres.statements import counted
from tests.attacks.observer import Room, room
from tests.sandbox.test_statement_log import call_by_fastpath

# The old way: a statement was what began with one of these words, in the check's own database.
OLD_DML = re.compile(
    r"(SELECT|INSERT|UPDATE|DELETE|WITH|MERGE|VALUES|TABLE|EXECUTE|DECLARE|FETCH|COPY|CALL|DO)\b", re.I
)
OLD_SPACE = re.compile(r"(\s|--[^\n]*\n|/\*.*?\*/)*", re.DOTALL)
OLD_RECORD = re.compile(r"(?:statement|execute [^:\n]*): (.*)", re.DOTALL)


def old_count(messages: list[str], database: str, mine: str) -> int:
    """How many of these messages of the log the old way took for statements: by how each begins, in one database."""
    texts = [match[1] for message in messages if (match := OLD_RECORD.fullmatch(message))]
    found = [text for text in texts if OLD_DML.match(text[OLD_SPACE.match(text).end() :])]  # type: ignore[union-attr]
    return len(found) if database == mine else 0


@dataclass(frozen=True)
class Ruse:
    """Statements, each of which reads or writes; how many there are, and what the old way made of their records."""

    statements: tuple[str, ...]
    count: int
    old: int


RUSES = {
    "in brackets": Ruse(("(SELECT title FROM posts_post)",), 1, 0),
    "behind a semicolon": Ruse(("; SELECT title FROM posts_post",), 1, 0),
    "behind a nested comment": Ruse(("/* /* */ */ SELECT title FROM posts_post",), 1, 0),
    "behind a comment that hides one": Ruse(("/* ' */ SELECT 1; SELECT 2 AS two /* ' */",), 2, 1),
    "many in one message": Ruse(("SELECT 2 AS a; SELECT 3 AS b; SELECT 4 AS c",), 3, 1),
    "behind a transaction": Ruse(("BEGIN; SELECT title FROM posts_post; COMMIT",), 1, 0),
    "in a plan": Ruse(("EXPLAIN ANALYZE SELECT title FROM posts_post",), 1, 0),
    "into a table": Ruse(("CREATE TABLE taken AS SELECT title FROM posts_post",), 1, 0),
    "out by the protocol": Ruse(("COPY posts_post TO STDOUT",), 1, 1),
    "by a cursor": Ruse(
        ("BEGIN", "DECLARE c CURSOR FOR TABLE posts_post", "FETCH 1 FROM c", "MOVE 1 FROM c", "COMMIT"), 3, 2
    ),
    "in a setting": Ruse(("SET app.title = 'x'", "SHOW app.title"), 2, 0),
    "in a block": Ruse(("DO $$ BEGIN PERFORM title FROM posts_post; END $$",), 1, 1),
    "as one that is never counted": Ruse(
        ("SELECT set_config('TimeZone', (SELECT 'UTC' FROM posts_post), false)",), 1, 0
    ),
    "in quotes of another standard": Ruse(
        ("SET standard_conforming_strings = off", r"SELECT '\''; SELECT title FROM posts_post; --'"), 4, 1
    ),
    "between dollars": Ruse(("SELECT $a$'$a$ AS x; SELECT title FROM posts_post; SELECT $a$'$a$ AS y",), 3, 1),
}
SEEN_BEFORE = {"out by the protocol", "in a block"}
# What the old way took for no statement although it began with a word of its list.
_SETTING = re.compile(r"SELECT set_config\('TimeZone', ", re.I)


@pytest.fixture(scope="module")
def here(server: Postgres) -> Iterator[Room]:
    with room(server) as here:
        yield here


def count(server: Postgres, act: Callable[[], object]) -> tuple[str, ...]:
    with counting(server.log.mark, by_log(server.log.since)) as queries:
        act()
    return queries.statements


def run(connection: Connection, statements: tuple[str, ...]) -> None:
    for statement in statements:
        with connection.cursor() as cursor:
            if statement.startswith("COPY"):
                with cursor.copy(statement) as copy:  # type: ignore[call-overload]
                    list(copy)
            else:
                cursor.execute(statement)  # type: ignore[call-overload]


@pytest.mark.parametrize("name", RUSES)
def test_every_statement_counts(server: Postgres, here: Room, name: str) -> None:
    ruse = RUSES[name]
    found = count(server, lambda: run(here.project, ruse.statements))
    assert len(found) >= ruse.count
    logged = [f"statement: {text}" for text in ruse.statements if not _SETTING.match(text)]
    assert old_count(logged, here.name, here.name) == ruse.old
    assert ruse.old < ruse.count or name in SEEN_BEFORE


def test_names_of_prepared_statements(server: Postgres, here: Room) -> None:
    """A colon in a name, or a name that looks like a record of its own, hides nothing."""
    wire = here.project.pgconn
    for name in (b"a: b", b"<unnamed>: COMMIT", b'<unnamed>: SAVEPOINT "x'):
        wire.prepare(name, b"SELECT title FROM public.posts_post")
        (sent,) = count(server, lambda name=name: wire.exec_prepared(name, None))
        assert "posts_post" in sent
    assert old_count(["execute a: b: SELECT title FROM posts_post"], here.name, here.name) == 0


def test_another_database(server: Postgres, here: Room) -> None:
    """The lobby is the project's as well: what it reads there counts."""
    with room(server) as lobby:
        found = count(server, lambda: lobby.project.execute("SELECT title FROM posts_post"))
        assert len(found) == 1
        assert old_count(["statement: SELECT 1"], lobby.name, here.name) == 0


def test_a_function_by_the_protocol(server: Postgres, here: Room) -> None:
    here.project.execute("BEGIN")
    found = count(server, lambda: call_by_fastpath(here.project))
    here.project.execute("ROLLBACK")
    assert len(found) == 1
    assert old_count([re.sub(r"^\w+: ", "", found[0])], here.name, here.name) == 0


def test_a_forged_record(server: Postgres, here: Room) -> None:
    """RAISE LOG adds nothing and takes nothing away; the old way took its text for a statement."""
    forged = "statement: SELECT forged"
    body = f"BEGIN RAISE LOG '{forged}'; RETURN 1; END"
    here.project.execute(f"CREATE FUNCTION noisy() RETURNS int LANGUAGE plpgsql AS $$ {body} $$")  # type: ignore[arg-type]
    assert count(server, lambda: here.project.execute("SELECT noisy()")) == ("SELECT noisy()",)
    assert old_count([forged], here.name, here.name) == 1


def test_what_the_observer_does_is_not_the_projects(server: Postgres, here: Room) -> None:
    db = here.observer()
    assert count(server, lambda: (db.rows("posts_post", "id"), db.update("posts_post", {"title": "True"}, id=1))) == ()


def test_a_flood_is_the_projects_failure(server: Postgres, here: Room) -> None:
    flood = "DO $$ BEGIN FOR i IN 1..20 LOOP RAISE LOG '%', repeat('x', 1000000); END LOOP; END $$"
    with pytest.raises(Failed, match="full"):
        count(server, lambda: here.project.execute(flood))


def test_what_failed_to_run_is_no_statement(server: Postgres, here: Room) -> None:
    def misspelt() -> None:
        with suppress(psycopg.errors.SyntaxError):
            here.project.execute("SELEKT 1")

    assert count(server, misspelt) == ()


HONEST = {
    "BEGIN": 0,
    "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY": 0,
    "COMMIT": 0,
    "ROLLBACK": 0,
    'SAVEPOINT "s140_x1"': 0,
    'RELEASE SAVEPOINT "s140_x1"': 0,
    'ROLLBACK TO SAVEPOINT "s140_x1"': 0,
    "SELECT set_config('TimeZone', 'UTC', false)": 0,
    "SELECT 1": 0,
    "": 0,
    "SELECT \"a;b\" FROM t WHERE c = 'it''s; so'": 1,
    "(SELECT a FROM t LIMIT 2) UNION (SELECT a FROM u LIMIT 2)": 1,
    "SELECT a FROM t WHERE b = $1 AND c = $2": 1,
    "SELECT 1 FROM t": 1,
    "SELECT 1;": 0,
    "SAVEPOINT a; SELECT b FROM t": 1,
    'SAVEPOINT "x"; SELECT 2 AS "y"': 1,
    "COMMIT -- a comment": 1,
    "START TRANSACTION": 1,
    "SELECT 'unfinished; SELECT 2": 2,
}


@pytest.mark.parametrize("sent", HONEST)
def test_what_counts(sent: str) -> None:
    assert len(counted(sent)) == HONEST[sent]
