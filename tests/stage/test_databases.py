"""What a PostgreSQL database of a run can begin with: nothing, migrations, or what somebody saved."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.services.postgres import Postgres
from grader.stage.places import EMPTY, MIGRATED, Origin
from grader.stage.postgres.databases import SCRATCH, PostgresDatabases

POSTS = Origin.migrated_to(("posts", "0001"))
BUILT = Origin("built", "two posts")


@pytest.fixture(scope="module")
def server(state_dir: Path) -> Iterator[Postgres]:
    sandbox = Bubblewrap()
    server = Postgres(sandbox, state_dir=state_dir)
    server.start()
    yield server
    server.stop()
    sandbox.close()


@pytest.fixture
def databases(server: Postgres) -> Iterator[PostgresDatabases]:
    with ExitStack() as stack:
        yield PostgresDatabases(lambda: server, stack)


def tables(server: Postgres, name: str) -> list[str]:
    with server.reader(name) as connection:
        rows = connection.execute("SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return [row[0] for row in rows]


def create(server: Postgres, name: str, table: str) -> None:
    with server.writer(name) as connection:
        connection.execute(f"CREATE TABLE public.{table} (id int)".encode())


def exists(server: Postgres, name: str) -> bool:
    with server.admin() as admin:
        return admin.execute("SELECT 1 FROM pg_catalog.pg_database WHERE datname = %s", [name]).fetchone() is not None


def test_every_origin_is_a_template_of_its_own() -> None:
    """Title and target are told apart even if they are the same words."""
    origins = (EMPTY, MIGRATED, POSTS, BUILT, Origin("built", "posts 0001"), Origin.migrated_to(("posts",)))
    assert len({origin.template for origin in origins}) == len(origins)
    assert Origin.migrated_to(()) == MIGRATED


def test_a_copy_begins_with_its_origin_and_leaves_nothing(server: Postgres, databases: PostgresDatabases) -> None:
    databases.make(MIGRATED, lambda name: create(server, name, "all_of_it"))
    databases.make(POSTS, lambda name: create(server, name, "post"))
    for origin, expected in ((MIGRATED, ["all_of_it"]), (POSTS, ["post"]), (EMPTY, [])):
        for _ in range(2):  # what is done to one is not in the next
            with databases.copy(origin) as name:
                assert tables(server, name) == expected
                create(server, name, "note")
        if origin != MIGRATED:  # those are dropped in the background
            assert not exists(server, name)


def test_all_migrations_run_once_a_run(server: Postgres, databases: PostgresDatabases) -> None:
    ran: list[str] = []
    for _ in range(2):
        databases.make(MIGRATED, ran.append)
    assert ran == [MIGRATED.template]


def test_what_was_saved_is_copied_and_is_no_longer_there_itself(server: Postgres, databases: PostgresDatabases) -> None:
    with databases.copy(EMPTY, name="built_here") as name:
        assert name == "built_here"
        create(server, name, "post")
        databases.save(name, BUILT)
        assert not exists(server, name)
        for _ in range(2):
            with databases.copy(BUILT) as copy:
                assert tables(server, copy) == ["post"]
                create(server, copy, "note")


def test_the_scratch_database_is_there_only_while_it_is_open(server: Postgres, databases: PostgresDatabases) -> None:
    databases.open_scratch()
    create(server, SCRATCH, "note")
    databases.open_scratch()
    assert tables(server, SCRATCH) == []
    databases.close_scratch()
    assert not exists(server, SCRATCH)
