"""Statements planned by a real PostgreSQL, and the indexes that a table has."""

from collections.abc import Iterator
from typing import Any

import pytest

from grader.gates.performance.api import Unfit
from grader.gates.performance.plan_steps import Step, costly
from grader.gates.performance.plans import _index, _plan
from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.services.postgres import Postgres

TABLES = ("posts_post",)
MADE = """CREATE TABLE public.posts_post (id serial PRIMARY KEY, author_id int, title text, created_at int);
    INSERT INTO public.posts_post (author_id, title, created_at)
    SELECT n % 20, 'a', n FROM generate_series(1, 8000) AS n;
    CREATE INDEX by_author ON public.posts_post (author_id);
    CREATE INDEX by_title ON public.posts_post (title, created_at DESC);
    CREATE INDEX of_one ON public.posts_post (id DESC) WHERE author_id = 1"""
SORTS = "SELECT * FROM posts_post WHERE author_id = 3 ORDER BY created_at DESC LIMIT 20"


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """With the rights of a project, in a database that has the posts."""
    sandbox = Bubblewrap()
    server = Postgres(sandbox, state_dir=tmp_path_factory.mktemp("state"))
    server.start()
    server.create("seed")
    with server.writer("seed") as connection:
        for statement in MADE.split(";"):
            connection.execute(statement)
        connection.execute("ANALYZE public.posts_post")
        yield connection
    server.stop()
    sandbox.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        (SORTS, [("sorts", 400, ("author_id",), ("-created_at",))]),
        ("SELECT * FROM posts_post ORDER BY created_at LIMIT 20", [("reads", 8000, (), ("created_at",))]),
        ("SELECT * FROM posts_post WHERE id = 7", []),
        ("SELECT * FROM posts_post WHERE author_id = $1 ORDER BY created_at DESC LIMIT 20", []),
    ],
)
def test_what_a_statement_costs_is_counted_as_it_runs(connection: Any, statement: str, kinds: list[Any]) -> None:
    found = list(costly(_plan(connection, statement), TABLES))
    assert [(step.kind, step.rows, step.held, step.order) for step in found] == kinds


@pytest.mark.slow
def test_nothing_of_a_statement_is_kept(connection: Any) -> None:
    _plan(connection, "WITH gone AS (DELETE FROM posts_post RETURNING id) SELECT * FROM gone")
    assert connection.execute("SELECT count(*) FROM public.posts_post").fetchone() == (8000,)


@pytest.mark.slow
def test_what_cannot_be_planned_is_told_in_the_words_of_postgresql(connection: Any) -> None:
    with pytest.raises(Unfit, match="does not exist"):
        _plan(connection, "SELECT * FROM nothing_of_the_kind")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("held", "order", "index"),
    [
        (("author_id",), (), "by_author"),
        (("title",), ("-created_at",), "by_title"),
        (("title",), ("created_at",), "by_title"),
        (("author_id",), ("-created_at",), ""),
        ((), ("-id",), "posts_post_pkey"),
        ((), ("title",), "by_title"),
        ((), ("-title", "-created_at"), ""),
        ((), (), ""),
    ],
)
def test_an_index_that_would_serve_is_known_by_its_name(
    connection: Any, held: tuple[str, ...], order: tuple[str, ...], index: str
) -> None:
    assert _index(connection, Step("sorts", "posts_post", 400, held, order)) == index
