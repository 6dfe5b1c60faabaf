"""What the kit says of a schema is what the report draws."""

import sqlite3
from typing import Any

from grader.checkpoint.kit.schema import er_diagram, schema_diff
from grader.report.diagram import draw, parse
from grader.stage.database import Database

TABLES = """
CREATE TABLE accounts_user (id integer NOT NULL PRIMARY KEY, email varchar(200) NOT NULL UNIQUE);
CREATE TABLE posts_post (
    id integer NOT NULL PRIMARY KEY,
    author_id bigint NOT NULL REFERENCES accounts_user (id),
    editor_id bigint NULL REFERENCES accounts_user (id)
);
CREATE TABLE accounts_profile (
    id integer NOT NULL PRIMARY KEY, user_id bigint NOT NULL UNIQUE REFERENCES accounts_user (id)
);
"""


def database() -> Database:
    connection = sqlite3.connect(":memory:")
    connection.executescript(TABLES)

    def execute(statement: str, params: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        return connection.execute(statement.replace("%s", "?"), params).fetchall()

    return Database(execute, "sqlite")


def test_a_diagram_can_be_drawn() -> None:
    schema = parse(er_diagram(database()))
    assert {link.column: (link.table, link.to, link.kind, link.null) for link in schema.links} == {
        "author_id": ("posts_post", "accounts_user", "many-to-one", False),
        "editor_id": ("posts_post", "accounts_user", "many-to-one", True),
        "user_id": ("accounts_profile", "accounts_user", "one-to-one", False),
    }
    user = next(table for table in schema.tables if table.name == "accounts_user")
    assert [(c.name, c.pk, c.unique) for c in user.columns] == [("id", True, False), ("email", False, True)]
    drawing = draw(schema)
    assert (len(drawing.boxes), len(drawing.paths)) == (3, 3)


def test_what_a_migration_changes():
    assert schema_diff(["a", "b"], ["a", "c"]).splitlines()[-3:] == [" a", "-b", "+c"]


def test_schemas_that_are_too_long_are_not_compared():
    told = schema_diff(["x"] * 2_001, ["y"])
    assert told == "Too large to compare: 2,001 and 1 lines, where 2,000 can be."
    assert max(map(len, schema_diff(["x" * 100_000], ["y" * 100_000]).splitlines())) <= 501
