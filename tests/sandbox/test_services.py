"""PostgreSQL and Redis of a submission's own: what the learner's role may do, and what it may not."""

import os
import queue
import threading
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import redis as redis_py
from redis.backoff import NoBackoff
from redis.retry import Retry

from grader.domain.errors import EnvironmentError_
from grader.sandbox.api import Sandbox
from grader.sandbox.process import Process
from grader.sandbox.services.cluster import cluster
from grader.sandbox.services.pool import DatabasePool
from grader.sandbox.services.postgres import Postgres
from grader.sandbox.services.redis import Redis

from .conftest import descriptors

ONCE = Retry(NoBackoff(), 0)
Connection = psycopg.Connection[tuple[object, ...]]


def as_learner(postgres: Postgres, name: str) -> Connection:
    """A connection with the learner's name and password, as the relay would make it."""
    return enter(postgres, name, name)


def enter(postgres: Postgres, name: str, login_of: str) -> Connection:
    """A connection to one database with the login of another."""
    login = postgres.login(login_of)
    return psycopg.connect(
        host=str(postgres.socket_dir), user=login.name, password=login.password, dbname=name, autocommit=True
    )


def fill(client: redis_py.Redis) -> None:
    for i in range(100):
        client.set(f"big{i}", b"x" * (1 << 20))


def redis_learner(redis: Redis) -> redis_py.Redis:
    password = redis.url(6379).split(":")[2].split("@")[0]
    return redis_py.Redis(unix_socket_path=str(redis.socket), username="learner", password=password)


@pytest.mark.parametrize(
    "statement",
    [
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "COPY note FROM PROGRAM 'id'",
        "COPY note FROM '/etc/passwd'",
        "COPY note TO '/tmp/out'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_ls_dir('/')",
        "SELECT lo_import('/etc/passwd')",
        "CREATE ROLE other",
        "ALTER ROLE learner SUPERUSER",
        "ALTER ROLE learner LOGIN",
        "ALTER ROLE ALL SET search_path = evil",
        "ALTER DATABASE own SET search_path = evil",
        "GRANT learner TO CURRENT_USER",
        "CREATE EVENT TRIGGER e ON login EXECUTE FUNCTION f()",
        "CREATE DATABASE other",
        "DROP DATABASE seed",
        "SET ROLE postgres",
        "SET log_statement = 'none'",
        "SET lc_messages = 'de_DE'",
        "ALTER SYSTEM SET log_statement = 'none'",
        "SELECT pg_reload_conf()",
        "SELECT pg_rotate_logfile()",
        "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'a', 'b'",
        "LOAD 'a'",
        "CREATE EXTENSION vector",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres' AND datname IS NOT NULL",
        "SELECT rolpassword FROM pg_authid",
    ],
)
def test_refused_to_the_learner(own: Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        own.execute(statement)  # type: ignore[call-overload]


@pytest.fixture
def own(postgres: Postgres, redis: Redis) -> "Connection":
    postgres.create("own", "seed")
    with postgres.admin() as admin, as_learner(postgres, "own") as connection, admin:
        yield connection  # type: ignore[misc]
    postgres.drop("own")


def test_an_honest_application(own: Connection) -> None:
    own.execute("CREATE TABLE more (id int); INSERT INTO note VALUES ('second'); DROP TABLE more")
    assert own.execute("SELECT count(*) FROM note").fetchone() == (2,)


@pytest.mark.parametrize("name", ["postgres", "template1", "seed", "of_another_check"])
def test_other_databases_are_closed(postgres: Postgres, name: str) -> None:
    for one in ("of_this_check", "of_another_check"):
        postgres.create(one, "seed")
    with pytest.raises(psycopg.OperationalError, match=r"permission denied|not currently accepting"):
        enter(postgres, name, "of_this_check")
    for one in ("of_this_check", "of_another_check"):
        postgres.drop(one)


def test_its_own_suite_may_create_databases_if_asked(sandbox: Sandbox, state_dir: Path) -> None:
    server = Postgres(sandbox, state_dir=state_dir, createdb=True)
    server.start()
    try:
        server.create("suite")
        with as_learner(server, "suite") as connection:
            connection.execute("CREATE DATABASE test_suite")
    finally:
        server.stop()


def test_a_restart_keeps_the_data(postgres: Postgres) -> None:
    postgres.create("kept", "seed")
    postgres.halt()
    with pytest.raises(psycopg.OperationalError):
        postgres.admin()
    postgres.start()
    with as_learner(postgres, "kept") as connection:
        assert connection.execute("SELECT body FROM note").fetchall() == [("first",)]
    postgres.drop("kept")


def test_a_stopped_server_leaves_nothing(sandbox: Sandbox, state_dir: Path) -> None:
    before = descriptors()
    server = Postgres(sandbox, state_dir=state_dir)
    server.start()
    server.stop()
    assert not server.socket_dir.exists()
    assert descriptors() == before


def test_nobody_else_reaches_the_sockets(postgres: Postgres, redis: Redis) -> None:
    for directory in (postgres.socket_dir.parent, redis.socket_dir.parent):
        assert directory.stat().st_mode & 0o077 == 0


class LetOneByOne:
    """A server as a pool sees it, which makes a database only when it is let, and tells when it was made."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._let = threading.Semaphore(0)
        self._made: queue.Queue[str] = queue.Queue()

    def create(self, name: str, template: str) -> None:
        if not self._let.acquire(timeout=60):
            raise psycopg.Error("nobody let it")
        self._postgres.create(name, template)
        self._made.put(name)

    def drop(self, name: str) -> None:
        self._postgres.drop(name)

    def make(self, number: int) -> list[str]:
        """Lets so many be made, and waits for them."""
        self._let.release(number)
        return [self._made.get(timeout=60) for _ in range(number)]


def test_databases_from_the_pool_are_made_ahead_and_fresh(postgres: Postgres) -> None:
    """While none can be made, as many as were made ahead are there to be taken; each taken one is made anew."""
    server = LetOneByOne(postgres)
    pool = DatabasePool(server, "seed", ahead=2)
    taken = []
    for _ in range(3):
        ahead = server.make(2)
        names = [pool.take(), pool.take()]  # nothing can be made meanwhile: to make one here would fail
        assert names == ahead
        for name in names:
            with as_learner(postgres, name) as connection:
                connection.execute("INSERT INTO note VALUES ('mine')")
                assert connection.execute("SELECT count(*) FROM note").fetchone() == (2,)
            pool.give_back(name)
        taken += names
    left = server.make(2)
    pool.close()
    with postgres.admin() as connection:
        found = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
    assert len({*taken, *left}) == 8
    assert found.isdisjoint(taken)
    assert found.issuperset(left)


def test_a_pool_without_its_template_says_so(postgres: Postgres) -> None:
    pool = DatabasePool(postgres, "no_such_template")
    with pytest.raises(EnvironmentError_, match="no_such_template"):
        pool.take()
    pool.close()


def test_a_pool_goes_on_after_databases_made_in_vain(postgres: Postgres) -> None:
    """More of them than it makes ahead: each is told at once, and the next one is made."""
    pool = DatabasePool(postgres, "no_such_template", ahead=1)
    began = time.monotonic()
    for _ in range(3):
        with pytest.raises(EnvironmentError_):
            pool.take()
    assert time.monotonic() - began < 20
    pool.close()


@pytest.mark.parametrize(
    "command",
    """CONFIG SET dir /tmp|CONFIG GET *|MODULE LIST|MODULE LOAD /x|DEBUG SLEEP 0|SAVE|BGSAVE|BGREWRITEAOF|SHUTDOWN
    SLAVEOF a 1|REPLICAOF a 1|ACL LIST|ACL SETUSER learner +@all|MIGRATE a 1 k 0 1|SCRIPT KILL|SCRIPT DEBUG YES|MONITOR
    CLIENT LIST|CLIENT KILL TYPE normal|CLIENT PAUSE 1000|SWAPDB 0 1|RESTORE k 0 x|SYNC|PSYNC a 1|LATENCY RESET
    SLOWLOG GET|FAILOVER|ROLE|CLUSTER INFO|LASTSAVE|REPLCONF a
    FUNCTION LIST|FUNCTION LOAD x|FCALL f 0|COMMANDLOG GET 1 slow""".replace("\n    ", "|").split("|"),
)
def test_refused_to_the_learner_by_redis(redis: Redis, command: str) -> None:
    with (
        redis_learner(redis) as client,
        pytest.raises((redis_py.exceptions.NoPermissionError, redis_py.ResponseError), match=r"permission|not allowed"),
    ):
        client.execute_command(*command.split())


def test_what_an_application_does_with_redis(redis: Redis) -> None:
    with redis_learner(redis) as client:
        client.set("a", "1", ex=60)
        client.lpush("queue", "task")
        client.client_setname("worker")
        assert client.eval("return redis.call('get', KEYS[1])", 1, "a") == b"1"
        assert client.register_script("return 1")() == 1
        assert sorted(client.keys()) == [b"a", b"queue"]
        assert client.info("server")["redis_version"]
        client.publish("channel", "x")
        client.flushdb()


def test_redis_asks_for_a_password(redis: Redis) -> None:
    with (
        redis_py.Redis(unix_socket_path=str(redis.socket), retry=ONCE) as client,
        pytest.raises(redis_py.exceptions.AuthenticationError),
    ):
        client.ping()


def test_redis_has_a_limit(redis: Redis) -> None:
    with redis_learner(redis) as client, pytest.raises(redis_py.ResponseError, match="maxmemory"):
        fill(client)
    with redis.admin() as admin:
        admin.flushall()


def test_a_restarted_redis_is_empty(redis: Redis) -> None:
    with redis.admin() as admin:
        admin.set("a", "b")
    redis.restart()
    with redis.admin() as admin:
        assert admin.dbsize() == 0


def test_services_without_a_sandbox(state_dir: Path) -> None:
    """On a machine that cannot isolate they run all the same, for practice."""
    if os.geteuid() == 0:
        pytest.skip("PostgreSQL refuses to run as root")
    server = Postgres(Process(), state_dir=state_dir)
    server.start()
    server.stop()


def test_a_copy_of_a_database_is_small_and_ready(postgres: Postgres, state_dir: Path, sandbox: Sandbox) -> None:
    base = cluster(sandbox.for_service("postgres"), state_dir=state_dir) / "data/base/1"
    assert [path.name for path in base.iterdir() if path.name.endswith(("_fsm", "_vm"))] == []
    postgres.create("small", "seed")
    with postgres.admin("small") as admin:
        assert admin.execute("SELECT count(*) FROM pg_description").fetchone() == (0,)
        files = admin.execute("SELECT pg_ls_dir('base/' || oid) FROM pg_database WHERE datname = 'small'").fetchall()
    assert ("pg_internal.init",) in files  # else the first connection of every check makes it
    postgres.drop("small")


def test_a_sealed_database_may_be_renamed(postgres: Postgres) -> None:
    postgres.create("before", "seed")
    postgres.seal_template("before")
    postgres.rename("before", "after")
    postgres.create("copy", "after")
    with as_learner(postgres, "copy") as connection:
        assert connection.execute("SELECT body FROM note").fetchall() == [("first",)]
    for name in ("copy", "after"):
        postgres.drop(name)


def test_a_stranger_may_enter_one_database_and_do_nothing_there(postgres: Postgres) -> None:
    for name in ("own", "other"):
        postgres.create(name, "seed")
    login = postgres.add_stranger("own")
    with closing(postgres.stranger(login, "own")) as connection:
        for statement in ("SELECT body FROM public.note", "CREATE TABLE public.more (id int)", "SET ROLE learner"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        postgres.stranger(login, "other")
    for name in ("own", "other"):
        postgres.drop(name)
    with closing(postgres.admin()) as admin:
        assert admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login.name]).fetchone() is None
