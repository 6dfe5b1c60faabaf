"""The statement log: what counts as a statement, and what a learner cannot make it say."""

from pathlib import Path

import pytest

from grader.domain.errors import EnvironmentError_
from grader.sandbox.services.postgres import Postgres
from grader.sandbox.services.statement_log import StatementLog, parse


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("@7@a@ LOG:  statement: SELECT 1\n", [("a", "SELECT 1")]),
        ("@7@a@ LOG:  statement: SELECT\n\t1\n@8@b@ LOG:  statement: COMMIT\n", [("a", "SELECT\n1"), ("b", "COMMIT")]),
        ("@7@a@ LOG:  execute <unnamed>: SELECT $1\n", [("a", "SELECT $1")]),
        ("@7@a@ LOG:  execute s1: SELECT $1\n", [("a", "SELECT $1")]),
        ("@7@a@ ERROR:  statement: SELECT 1\n", []),
        ("@7@@ LOG:  database system is ready to accept connections\n", []),
        (
            "@7@a@ LOG:  statement: SELECT '\n\t@7@a@ LOG:  statement: forged'\n",
            [("a", "SELECT '\n@7@a@ LOG:  statement: forged'")],
        ),
        ("some stray line of another program\n@7@a@ LOG:  statement: SELECT 1", [("a", "SELECT 1")]),
        ("", []),
    ],
)
def test_parse(text: str, statements: list[tuple[str, str]]) -> None:
    assert parse(text) == statements


def test_statements_since_a_mark(postgres: Postgres) -> None:
    postgres.create("logged", "seed")
    with postgres.admin("logged") as connection, postgres.admin() as other:
        connection.execute("SELECT 'before'")
        mark = postgres.log.mark()
        connection.execute("SELECT 'in the log'\n AS \"two lines\"")
        connection.execute("SELECT %s", ["a parameter"])
        other.execute("SELECT 'elsewhere'")
    assert postgres.log.since(mark, "logged") == ["SELECT 'in the log'\n AS \"two lines\"", "SELECT $1"]
    postgres.drop("logged")


def test_a_full_log_says_so(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * (1 << 20))
    with pytest.raises(EnvironmentError_, match="full"):
        StatementLog(path, limit_mb=1).since(0, "a")
