# FILE SOLUTION 06
"""The chain of the audit log under concurrency: processes that write at once, on PostgreSQL."""

import os
import subprocess
import sys

import pytest

from config.settings.environment import ROOT
from tests.servers.postgres import Postgres

NAME = "audit_chain"
WRITERS, ENTRIES = 4, 50
# Each commits after a while, so that the others come to read the end of the chain meanwhile; every
# fifth entry is rolled back.
WRITE = f"""
import time
from django.db import transaction
from audit.actions import Action
from audit.services import record
for number in range({ENTRIES}):
    with transaction.atomic():
        record(action=Action.PUBLISHED, actor=None, number=number)
        time.sleep(0.002)
        transaction.set_rollback(number % 5 == 0)
"""
LEFT = WRITERS * ENTRIES * 4 // 5


@pytest.fixture(scope="module")
def database(postgres: Postgres) -> Postgres:
    """An empty database with our tables."""
    with postgres.connect("postgres") as connection:
        connection.execute(f"CREATE DATABASE {NAME}".encode())
    migration = start(postgres, "migrate", "--no-input", "--verbosity", "0")
    assert ends(migration) == (0, "")
    return postgres


def start(
    postgres: Postgres, *words: str, name: str = NAME, port: int = 0
) -> "subprocess.Popen[str]":
    """`manage.py` in a process of its own."""
    url = f"postgres://postgres@127.0.0.1:{port or postgres.port}/{name}"
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "config.settings.testing",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ends(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """How it ended, and what it said."""
    said, _ = process.communicate(timeout=120)
    return process.returncode, said


def test_processes_that_write_at_once_make_one_chain(database: Postgres) -> None:
    words = ("shell", "--verbosity", "0", "--command", WRITE)
    writers = [start(database, *words) for _ in range(WRITERS)]
    assert [ends(writer) for writer in writers] == [(0, "")] * WRITERS
    code, said = ends(start(database, "verify_audit_log"))
    assert (code, said.splitlines()[0]) == (
        0,
        f"The audit log is whole: {LEFT} entries.",
    )


def test_it_is_verified_while_somebody_writes(database: Postgres) -> None:
    writer = start(database, "shell", "--verbosity", "0", "--command", WRITE)
    assert [ends(start(database, "verify_audit_log"))[0] for _ in range(2)] == [0, 0]
    assert ends(writer) == (0, "")


def test_whoever_owns_the_tables_is_seen(database: Postgres) -> None:
    with database.connect(NAME) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM audit_auditentry WHERE id = 7")
        connection.execute("UPDATE audit_auditentry SET action = 'x' WHERE id = 9")
    code, said = ends(start(database, "verify_audit_log"))
    assert code == 1
    assert "broken at entry 7: it was deleted" in said


@pytest.mark.parametrize("where", ["no such database", "no server"])
def test_what_is_not_there_cannot_be_read(database: Postgres, where: str) -> None:
    odd = {"name": "nowhere"} if where == "no such database" else {"port": 1}
    code, said = ends(start(database, "verify_audit_log", **odd))
    assert code == 2
    assert "cannot be read" in said
    assert "Traceback" not in said
