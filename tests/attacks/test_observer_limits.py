"""What a project makes the observer wait for, hold or tell. Each beside a control: the old way was caught."""

import time

import psutil
import psycopg
import pytest

from grader.checkpoint.kit.schema import er_diagram, schema_text
from grader.sandbox.services.postgres import Postgres
from grader.stage.outcome import Failed
from tests.attacks.observer import RULE, Room, room, told, trigger

PATIENT = trigger("SET statement_timeout = 0; PERFORM pg_sleep((NEW.title = 'wait')::int * 4);")
STUBBORN = trigger(
    "BEGIN PERFORM pg_sleep(3); EXCEPTION WHEN query_canceled THEN "
    "BEGIN PERFORM pg_sleep(3); EXCEPTION WHEN query_canceled THEN PERFORM 1; END; END;"
)


@pytest.mark.parametrize(("how", "first"), [(PATIENT, True), (STUBBORN, False)], ids=["resets", "catches"])
def test_no_trigger_keeps_a_check_waiting(server: Postgres, how: str, first: bool) -> None:
    """The time ends on this side, and the session with it; the old limit was the session's own setting."""
    with room(server, how) as here:
        old, began = here.old("500ms"), time.monotonic()
        for title in ["x", "wait"] if first else ["wait"]:
            old.execute("UPDATE posts_post SET title = %s", [title])
        assert time.monotonic() - began > 2
        db, began = here.observer(seconds=1), time.monotonic()
        if first:
            db.update("posts_post", {"title": "x"}, id=1)
        assert "it was still waiting" in told(lambda: db.update("posts_post", {"title": "wait"}, id=1))
        assert time.monotonic() - began < 2
        busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND state = 'active'"
        with server.admin() as admin:
            for _ in range(100):
                if admin.execute(busy, [here.name]).fetchone() == (0,):
                    break
                time.sleep(0.02)
            assert admin.execute(busy, [here.name]).fetchone() == (0,)


def test_settings_of_one_statement_are_not_those_of_the_next(server: Postgres) -> None:
    body = "SET search_path = evil; SET statement_timeout = 0; SET default_transaction_read_only = on;"
    with room(server, trigger(body)) as here:
        old = here.old()
        old.execute("UPDATE posts_post SET title = 'x'")
        assert old.execute("SHOW search_path").fetchall() == [("evil",)]
        db = here.observer()
        for title in ("one", "two"):
            db.update("posts_post", {"title": title}, id=1)
        db.execute("CREATE TABLE public.seen AS SELECT pg_catalog.current_setting('search_path') AS path")
        assert db.rows("seen", "path") == [{"path": "pg_catalog,pg_temp"}]


LARGE = {
    "many large rows": "INSERT INTO posts_post (title, slug) SELECT i, i FROM generate_series(1, 40) AS i; "
    "ALTER TABLE posts_post ADD body text; UPDATE posts_post SET body = repeat('x', 2000000)",
    "one giant row": "ALTER TABLE posts_post ADD body text; UPDATE posts_post SET body = repeat('x', 80000000)",
    "endless rows": "INSERT INTO posts_post (title, slug) SELECT i, i FROM generate_series(1, 30000) AS i; "
    "ALTER TABLE posts_post ADD body text",
}


@pytest.mark.parametrize("name", LARGE)
def test_no_answer_fills_the_memory(server: Postgres, name: str) -> None:
    with room(server, LARGE[name]) as here:
        old = here.old().execute("SELECT body, title FROM posts_post").fetchall()
        assert sum(len(body or "") for body, _ in old) >= 80_000_000 or len(old) > 20_000
        del old
        before = psutil.Process().memory_info().rss
        assert "far more" in told(lambda: here.observer().rows("posts_post", "title", "body"))
        assert psutil.Process().memory_info().rss - before < 40_000_000


@pytest.mark.parametrize("level", ["NOTICE", "EXCEPTION"])
def test_no_message_fills_the_memory(server: Postgres, level: str) -> None:
    with room(server, trigger(f"RAISE {level} '%', repeat('x', 20000000);")) as here:
        before = psutil.Process().memory_info().rss
        assert "far more" in told(lambda: here.observer().update("posts_post", {"title": "x"}, id=1))
        assert psutil.Process().memory_info().rss - before < 15_000_000


LEAKS = {
    "its message": "RAISE EXCEPTION '%', current_query();",
    "a detail": "RAISE EXCEPTION USING MESSAGE = 'x', DETAIL = current_query(), HINT = current_query();",
    "a constraint": "RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = current_query(), CONSTRAINT = current_query();",
    "a short constraint": "RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = NEW.title;",
    "a state": "RAISE EXCEPTION USING ERRCODE = '23ABC', CONSTRAINT = NEW.title, COLUMN = NEW.title;",
}


@pytest.mark.parametrize("name", LEAKS)
def test_no_statement_of_a_hidden_check_is_told(server: Postgres, name: str) -> None:
    with room(server, trigger(LEAKS[name])) as here:
        with pytest.raises(psycopg.Error) as raised:
            here.old().execute("UPDATE posts_post SET title = 'secret'")
        said = raised.value.diag
        assert "secret" in f"{said.message_primary} {said.message_detail} {said.constraint_name}"

        def in_block() -> None:
            with here.observer().refused("unique"):
                here.observer().update("posts_post", {"title": "secret"}, id=1)

        assert "secret" not in told(in_block)


def test_a_public_check_tells_what_the_database_said(server: Postgres) -> None:
    """The control of the one above: where the statement is no secret, the learner reads the message."""
    with room(server, trigger("RAISE EXCEPTION 'an own rule: %', NEW.title;")) as here:
        db = here.observer(public=True)
        assert "an own rule: x" in told(lambda: db.update("posts_post", {"title": "x"}, id=1))


@pytest.mark.parametrize("swallow", [trigger("RETURN NULL;"), RULE], ids=["trigger", "rule"])
def test_a_change_that_is_swallowed_is_none(server: Postgres, swallow: str) -> None:
    """No constraint has said yes to a row that was not tried."""
    with room(server, swallow) as here:
        assert here.old().execute("UPDATE posts_post SET title = 'x'").rowcount == 0
        assert "changed none" in told(lambda: here.observer().update("posts_post", {"title": "x"}, id=1))


ODD = {
    "a time that Python has not": "ALTER TABLE posts_post ADD at timestamptz DEFAULT 'infinity'",
    "a time before Christ": "ALTER TABLE posts_post ADD at date DEFAULT '0044-03-15 BC'",
    "no number": "ALTER TABLE posts_post ADD at numeric DEFAULT 'NaN'",
    "no columns": "DROP TABLE posts_post; CREATE TABLE posts_post ()",
    "a computed column": "ALTER TABLE posts_post ADD at int GENERATED ALWAYS AS (1) STORED",
}


@pytest.mark.parametrize("name", ODD)
def test_odd_values_are_the_projects_failure(server: Postgres, name: str) -> None:
    """Never an error of the grader's, which nobody can be marked down for."""
    with room(server, ODD[name]) as here, pytest.raises(Failed):
        here.observer().rows("posts_post", "at")


def test_odd_names_break_nothing(server: Postgres) -> None:
    name = '"co""l\'umn%s\\"'
    odd = f"""CREATE TABLE "Odd ""na'me%s\\" ({name} int CONSTRAINT "k'%s" CHECK ({name} > 0), UNIQUE ({name}))"""
    with room(server, odd) as here:
        db = here.observer()
        assert any("Odd" in line for line in schema_text(db))
        assert "Odd" in er_diagram(db)


def take_all(here: Room) -> None:
    """Connects until the server refuses."""
    login = here.server.login(here.name)
    enter = {"user": login.name, "password": login.password, "dbname": here.name}
    for _ in range(60):
        here.stack.enter_context(psycopg.connect(host=str(here.server.socket_dir), **enter))  # type: ignore[arg-type]


def test_connections_that_are_all_taken(server: Postgres) -> None:
    """They are the project's own limit: the observer finds room beside them."""
    with room(server) as here:
        with pytest.raises(psycopg.OperationalError, match="too many connections"):
            take_all(here)
        assert here.observer().count("posts_post") == 1
