"""The statement log: what counts as a statement, and what a learner cannot make it say."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from grader.sandbox.services.postgres import Postgres
from grader.sandbox.services.statement_log import MOST_BYTES, Flooded, Sent, StatementLog, parse

from .test_services import Connection, as_learner

SIMPLE, EXTENDED = "LOCATION:  exec_simple_query, postgres.c:1078", "LOCATION:  exec_execute_message, postgres.c:2174"
CALLED, RAISED = "LOCATION:  HandleFunctionRequest, fastpath.c:225", "LOCATION:  exec_stmt_raise, pl_exec.c:3926"


def record(*parts: str) -> str:
    """A record of the log, each part with its prefix, further lines with their tab."""
    return "".join(f"@7@learner_a@b@ {part}\n".replace("\n", "\n\t").removesuffix("\t") for part in parts)


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        (record("LOG:  00000: statement: SELECT 1", SIMPLE), ["SELECT 1"]),
        (record("LOG:  00000: statement: SELECT\n1", SIMPLE), ["SELECT\n1"]),
        (record("LOG:  00000: statement: EXECUTE p", "DETAIL:  prepare: PREPARE p AS x", SIMPLE), ["EXECUTE p"]),
        (record("LOG:  00000: execute <unnamed>: SELECT $1", EXTENDED), ["SELECT $1"]),
        (record("LOG:  00000: execute a: b: COMMIT", EXTENDED), ["00000: execute a: b: COMMIT"]),
        (record('LOG:  00000: fastpath function call: "now" (OID 1)', CALLED), [None]),
        (record("LOG:  00000: statement: forged", "CONTEXT:  PL/pgSQL function f()", RAISED), []),
        (record("LOG:  00000: statement: forged\nLOCATION:  exec_simple_query, postgres.c:1078", RAISED), []),
        (record("ERROR:  42P01: statement: SELECT 1", SIMPLE), []),
        ("@7@@@ LOG:  00000: database system is ready\n@7@@@ LOCATION:  StartupXLOG, xlog.c:1\n", []),
        ("some stray line\n" + record("LOG:  00000: statement: SELECT 1", SIMPLE), ["SELECT 1"]),
        ("", []),
    ],
)
def test_parse(text: str, texts: list[str | None]) -> None:
    found = parse(text)
    assert {(sent.role, sent.database) for sent in found} <= {("learner_a", "b")}
    assert len(found) == len(texts)
    assert all(wanted in (None, sent.text) for sent, wanted in zip(found, texts, strict=True))


def test_a_record_names_who_sent_it() -> None:
    assert parse(record("LOG:  00000: statement: COMMIT", SIMPLE)) == [Sent("learner_a", "b", "COMMIT")]


@pytest.fixture
def logged(postgres: Postgres) -> Iterator[Connection]:
    postgres.create("logged", "seed")
    with as_learner(postgres, "logged") as connection:
        yield connection
    postgres.drop("logged")


def test_statements_since_a_mark(postgres: Postgres, logged: Connection) -> None:
    logged.execute("SELECT 'before'")
    mark = postgres.log.mark()
    logged.execute("SELECT 'in the log'\n AS \"two lines\"")
    logged.execute("SELECT %s", ["a parameter"])
    assert postgres.log.since(mark) == ["SELECT 'in the log'\n AS \"two lines\"", "SELECT $1"]


def test_every_database_of_the_project_and_nobody_else(postgres: Postgres, logged: Connection) -> None:
    postgres.create("elsewhere", "seed")
    with as_learner(postgres, "elsewhere") as other, postgres.admin() as admin, postgres.writer("logged") as writer:
        mark = postgres.log.mark()
        other.execute("SELECT 'elsewhere'")
        admin.execute("SELECT 'ours'")
        writer.execute("SELECT 'ours'")
        assert postgres.log.since(mark) == ["SELECT 'elsewhere'"]
    postgres.drop("elsewhere")


def test_a_message_of_a_function_is_no_statement(postgres: Postgres, logged: Connection) -> None:
    mark = postgres.log.mark()
    told = "execute <unnamed>: COMMIT\n@7@learner_a@b@ LOG:  00000: statement: forged"
    logged.execute(f"DO $$ BEGIN RAISE LOG '{told}'; RAISE LOG 'statement: forged'; END $$")
    (only,) = postgres.log.since(mark)
    assert only.startswith("DO $$")


def test_a_call_by_the_protocol_counts(postgres: Postgres, logged: Connection) -> None:
    """psycopg has no word for it; libpq's large objects are made of such calls."""
    logged.execute("BEGIN")
    mark = postgres.log.mark()
    call_by_fastpath(logged)
    logged.execute("ROLLBACK")
    sent = postgres.log.since(mark)
    assert len(sent) == 2
    assert "fastpath" in sent[0]


def call_by_fastpath(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Calls pg_backend_pid (OID 2026) by the protocol's own message for functions."""
    import os
    import socket
    import struct

    body = struct.pack("!IHHh", 2026, 0, 0, 0)
    with socket.socket(fileno=os.dup(connection.fileno())) as wire:
        wire.setblocking(True)
        wire.sendall(b"F" + struct.pack("!I", len(body) + 4) + body)
        answer = b""
        while not answer.endswith(b"Z\0\0\0\5T"):
            answer += wire.recv(4096)


@pytest.mark.parametrize("size", [1 << 20, MOST_BYTES + 1])
def test_a_flooded_log_says_so(tmp_path: Path, size: int) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * size)
    with pytest.raises(Flooded):
        StatementLog(path, limit_mb=1 if size == 1 << 20 else 256).since(0)
