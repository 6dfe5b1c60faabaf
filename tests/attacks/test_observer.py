"""What a project makes the observer see or run. Each beside a control: the old way was fooled."""

import contextlib
from dataclasses import dataclass

import psycopg
import pytest

from grader.sandbox.services.postgres import Postgres
from grader.stage.outcome import Refused
from tests.attacks.observer import OLD_NAME, RULE, room, told


@dataclass(frozen=True)
class Lie:
    """What a project did before the check. ``old`` is what the old question then gave, ``new`` how a check ends now."""

    statements: tuple[str, ...]
    old: str
    new: str


TITLES = "SELECT title FROM posts_post WHERE title = 'False'"
EVERY_ROLE = """
DO $$ DECLARE r record; BEGIN
    FOR r IN SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' LOOP
        EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', r.rolname);
        EXECUTE format('CREATE TABLE %I.posts_post AS SELECT ''False''::varchar AS title', r.rolname);
    END LOOP;
END $$
"""
TRUE, NOTHING = "[{'title': 'True'}]", "[]"
LIES = {
    "a table in a schema of the observer's name": Lie(
        (f"CREATE SCHEMA {OLD_NAME}", f"CREATE TABLE {OLD_NAME}.posts_post AS SELECT 'False'::varchar AS title"),
        "[('False',)]",
        TRUE,
    ),
    "a view in a schema of the observer's name": Lie(
        (f"CREATE SCHEMA {OLD_NAME}", f"CREATE VIEW {OLD_NAME}.posts_post AS SELECT 'False'::varchar AS title"),
        "[('False',)]",
        TRUE,
    ),
    "a schema for every role there is": Lie((f"CREATE SCHEMA {OLD_NAME}", EVERY_ROLE), "", TRUE),
    "a view in the table's place": Lie(
        (
            "ALTER TABLE posts_post RENAME TO truth",
            "CREATE VIEW posts_post AS SELECT id, 'False'::varchar AS title, slug, status FROM truth",
        ),
        "[('False',)]",
        "posts_post is a view; the brief asks for a table",
    ),
    "a materialized view": Lie(
        (
            "ALTER TABLE posts_post RENAME TO truth",
            "CREATE MATERIALIZED VIEW posts_post AS SELECT 'False'::varchar AS title",
        ),
        "[('False',)]",
        "posts_post is a materialized view; the brief asks for a table",
    ),
    "a child with other rows": Lie(
        ("CREATE TABLE child () INHERITS (posts_post)", "INSERT INTO child VALUES (9, 'False', 'false')"),
        "[('False',)]",
        "inherits from a table or is inherited from",
    ),
    "partitions": Lie(
        (
            "DROP TABLE posts_post",
            "CREATE TABLE posts_post (title varchar) PARTITION BY LIST (title)",
            "CREATE TABLE part PARTITION OF posts_post DEFAULT",
            "INSERT INTO posts_post VALUES ('False')",
        ),
        "[('False',)]",
        "posts_post is a partitioned table",
    ),
    "a table that a crash empties": Lie(
        ("ALTER TABLE posts_post SET UNLOGGED", "UPDATE posts_post SET title = 'False'"),
        "[('False',)]",
        "unlogged",
    ),
    "rows that only the observer sees": Lie(
        (
            "INSERT INTO posts_post (title, slug) VALUES ('False', 'false')",
            f"CREATE POLICY p ON posts_post USING (title = 'True' OR session_user = '{OLD_NAME}')",
            "ALTER TABLE posts_post ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE posts_post FORCE ROW LEVEL SECURITY",
        ),
        "[('False',)]",
        "row-level security",
    ),
    "a rule": Lie(
        (RULE,),
        "",
        "has rewrite rules",
    ),
    "an equality of the project's own": Lie(
        (
            "CREATE FUNCTION yes(varchar, varchar) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT true'",
            "CREATE OPERATOR = (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = yes)",
        ),
        "[('True',)]",
        TRUE,
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_what_is_seen_is_what_is_stored(server: Postgres, name: str) -> None:
    """The rows are those of the ordinary table, or the check fails in a sentence that says what stands there."""
    lie = LIES[name]
    with room(server, *lie.statements) as here:
        if lie.old:  # the control: what the old observer was shown
            question = TITLES.replace("'False'", "'False'::varchar")
            assert repr(here.old().execute(question).fetchall()) == lie.old
        seen = told(lambda: here.observer().rows("posts_post", "title"))
        assert lie.new in seen
        if lie.new == TRUE:
            assert told(lambda: here.observer().rows("posts_post", "title", title="False")) == NOTHING
            assert here.observer().count("posts_post", title="True") == 1


SPY = """
CREATE FUNCTION spy(int) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN PERFORM set_config('spy.ran_as', session_user, false); RETURN true; END $$;
CREATE INDEX watched ON posts_post (title) WHERE spy(1)
"""
RAN_AS = "SELECT current_setting('spy.ran_as', true)"


def test_nothing_of_the_project_runs_when_the_observer_reads(server: Postgres) -> None:
    """The planner folds the functions of an index's condition, as whoever asks; COPY asks no planner."""
    with room(server, SPY) as here:
        old = here.old()
        old.execute("SELECT title FROM posts_post")
        assert old.execute(RAN_AS).fetchall() == [(OLD_NAME,)]
        db = here.observer()
        db.rows("posts_post", "title", title="True"), db.count("posts_post"), db.indexes("posts_post")
        db.columns("posts_post"), db.constraints("posts_post"), db.tables()
        assert db._reader.execute(RAN_AS) in ([(None,)], [("",)])


ALTERS_ITSELF = """
CREATE FUNCTION climb() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    SET ROLE NONE;
    EXECUTE format('ALTER ROLE %I PASSWORD ''known''', session_user);
    EXECUTE format('ALTER ROLE %I SET search_path = evil', session_user);
    EXECUTE format('ALTER ROLE %I SET row_security = on', session_user);
    RETURN NEW;
END $$;
CREATE TRIGGER climb BEFORE UPDATE ON posts_post FOR EACH ROW EXECUTE FUNCTION climb()
"""


def test_what_a_trigger_changes_of_its_role_ends_with_the_database(server: Postgres) -> None:
    """A trigger may alter the role that set it off. The old one was everybody's; the writer is this database's own."""
    with room(server, ALTERS_ITSELF) as here:
        here.old().execute("UPDATE posts_post SET title = 'x'")
        assert here.old().execute("SHOW search_path").fetchall() == [("evil",)]
        here.observer().update("posts_post", {"title": "y"}, id=1)
        writers = {here.server._logins[here.name].writer.name}
    with room(server) as after:
        assert after.writer(after.name).execute("SHOW search_path").fetchall() == [("pg_catalog,pg_temp",)]
        assert after.observer().rows("posts_post", "title") == [{"title": "True"}]
        with server.admin() as admin:
            left = {row[0] for row in admin.execute("SELECT rolname FROM pg_roles").fetchall()}
        assert writers.isdisjoint(left)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER ROLE {} PASSWORD 'x'",
        "ALTER ROLE {} SET search_path = evil",
        "SET ROLE {}",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{}'",
    ],
)
def test_the_reader_and_the_writer_are_out_of_reach(server: Postgres, statement: str) -> None:
    """The project may read their names, which helps it to nothing; with its own login it may do all of this."""
    with room(server) as here:
        db = here.observer()
        db.rows("posts_post", "title"), db.update("posts_post", {"title": "True"}, id=1)
        logins = server._logins[here.name]
        here.project.execute("SET ROLE NONE")
        for name in (server._reader.name, logins.writer.name):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                here.project.execute(statement.format(name))  # type: ignore[call-overload]
        with contextlib.suppress(psycopg.errors.AdminShutdown):
            here.project.execute(statement.format(logins.project.name))  # type: ignore[call-overload]


def test_the_reader_writes_nothing_and_the_writer_is_the_projects_peer(server: Postgres) -> None:
    with room(server, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM public.posts_post'") as here:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            server.reader(here.name).execute("SELECT public.f()")
        with server.admin() as admin:
            peers = """SELECT pg_has_role(rolname, 'learner', 'member'), rolsuper, rolbypassrls
                FROM pg_roles WHERE rolname = %s"""
            logins = server._logins[here.name]
            for name, expected in [
                (logins.project.name, (True, False, False)),
                (logins.writer.name, (True, False, False)),
                (server._reader.name, (False, False, False)),
            ]:
                assert admin.execute(peers, [name]).fetchone() == expected  # type: ignore[arg-type]


def test_the_superuser_enters_no_database_of_a_project(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """From making to sealing, copying and dropping: its sessions are in `postgres`, with a search path of ours."""
    entered = []
    connect = server._connect

    def noting(login, database, settings):
        entered.append((login.name, database, settings))
        return connect(login, database, settings)

    monkeypatch.setattr(server, "_connect", noting)
    server._forget_admins()
    with room(server, "CREATE SCHEMA postgres") as here:
        here.observer().rows("posts_post", "id")
        server.seal_template(here.name)
        server.create("copy_of_it", here.name)
        server.drop("copy_of_it")
    superuser = [(database, settings) for name, database, settings in entered if name == "postgres"]
    assert {database for database, _ in superuser} == {"postgres"}
    assert all("search_path=pg_catalog,pg_temp" in settings for _, settings in superuser)
    assert len(entered) > len(superuser)


CONSTRAINTS = (
    "INSERT INTO posts_post (title, slug) VALUES ('True', 'again')",
    "ALTER TABLE posts_post ADD CONSTRAINT never_tried CHECK (status = 'published') NOT VALID",
    "ALTER TABLE posts_post ADD CONSTRAINT not_enforced CHECK (status = 'lost') NOT ENFORCED",
    "CREATE TABLE other (id bigint, title varchar)",
    "CREATE INDEX of_another_table ON other (title)",
)


def test_a_constraint_or_an_index_that_does_nothing_is_none(server: Postgres) -> None:
    with room(server, *CONSTRAINTS) as here:
        with pytest.raises(psycopg.errors.UniqueViolation):
            here.project.execute("CREATE UNIQUE INDEX CONCURRENTLY unfinished ON posts_post (title)")
        there = "SELECT conname FROM pg_constraint UNION SELECT relname FROM pg_class"
        names = {row[0] for row in here.project.execute(there).fetchall()}
        assert {"never_tried", "not_enforced", "unfinished"} <= names
        db = here.observer()
        assert {c.name for c in db.constraints("posts_post")} == {"posts_post_pkey", "slug_unique", "title_not_empty"}
        assert {i.name for i in db.indexes("posts_post")} == {"posts_post_pkey", "slug_unique"}


def test_an_honest_database(server: Postgres) -> None:
    """The controls of all above: what is right is read, written and refused as ever."""
    with room(server) as here:
        db = here.observer()
        db.insert("posts_post", title="It's 100% \\ \t\n ünï", slug="a")
        assert db.one("posts_post", "title", slug="a") == {"title": "It's 100% \\ \t\n ünï"}
        db.update("posts_post", {"status": "published"}, slug="a")
        assert db.count("posts_post", status="published") == 1
        with db.refused("unique", constraint="slug_unique"):
            db.insert("posts_post", title="x", slug="a")
        with pytest.raises(Refused) as refused:
            db.update("posts_post", {"title": ""}, slug="a")
        assert (refused.value.kind, refused.value.constraint) == ("check", "title_not_empty")
        here.project.execute("CREATE INDEX feed ON posts_post (status, title)")
        assert ("status", "title") in [index.columns for index in db.indexes("posts_post")]


def test_what_was_done_and_undone_has_been_written(server: Postgres) -> None:
    """A row that holds what it held is still another version of itself, unless what wrote it was rolled back."""
    with room(server) as here:
        db = here.observer()
        (key,) = before = db.versions("posts_post")
        with contextlib.suppress(psycopg.Rollback), here.project.transaction() as undone:
            here.project.execute("UPDATE posts_post SET title = 'False'")
            raise psycopg.Rollback(undone)
        assert db.versions("posts_post") == before
        rows = db.rows("posts_post")
        for title in ("False", "True"):
            here.project.execute("UPDATE posts_post SET title = %s", [title])
        assert db.rows("posts_post") == rows
        assert db.versions("posts_post")[key] != before[key]
