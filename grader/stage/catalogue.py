"""What a database says of its own tables: columns, constraints and indexes, on PostgreSQL and on SQLite."""

import json
import re
from dataclasses import dataclass
from typing import Any, Protocol

from grader.stage.postgres import catalogue as catalogue_postgres
from grader.stage.sqlite.ddl import named_checks


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its type in the database's words, whether it may be null, its default as SQL or ``None``."""

    name: str
    type: str
    null: bool
    default: str | None


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint. ``kind`` is primary-key, foreign-key, check or unique; ``target`` is a foreign key's table."""

    name: str
    kind: str
    columns: tuple[str, ...]
    definition: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Index:
    """An index. ``columns`` in order, an expression as its SQL; ``condition`` if it is a partial one."""

    name: str
    columns: tuple[str, ...]
    unique: bool
    definition: str
    condition: str = ""


class Reads(Protocol):
    """What reads a database."""

    @property
    def vendor(self) -> str:
        """``postgres`` or ``sqlite``."""

    def execute(self, statement: str, params: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Rows of a statement."""


_TABLES = {
    "postgres": catalogue_postgres.TABLES,
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%%' ORDER BY 1",
}
_COLUMNS = {
    "postgres": catalogue_postgres.COLUMNS,
    "sqlite": 'SELECT name, lower(type), "notnull" = 0, dflt_value FROM pragma_table_xinfo(%s) WHERE hidden <> 1',
}
_STORED = "SELECT name FROM pragma_table_xinfo(%s) WHERE hidden = 0"
_KINDS = {"p": "primary-key", "f": "foreign-key", "c": "check", "u": "unique"}


def tables(db: Reads) -> list[str]:
    """All tables, by name."""
    return [row[0] for row in db.execute(_TABLES[db.vendor])]


def columns(db: Reads, table: str) -> list[Column]:
    """The columns in order."""
    found = db.execute(_COLUMNS[db.vendor], (table,))
    return [Column(name, kind, bool(null), default) for name, kind, null, default in found]


def stored(db: Reads, table: str) -> tuple[str, ...]:
    """The names of the columns in order, on SQLite without those that the database computes."""
    if db.vendor == "sqlite":
        return tuple(name for (name,) in db.execute(_STORED, (table,)))
    return tuple(column.name for column in columns(db, table))


def constraints(db: Reads, table: str) -> list[Constraint]:
    """Primary key, foreign keys, checks and unique constraints."""
    if db.vendor == "sqlite":
        return _sqlite_constraints(db, table)
    return [
        Constraint(name, _KINDS[kind], tuple(json.loads(names)), definition, target)
        for name, kind, definition, target, names in db.execute(catalogue_postgres.CONSTRAINTS, (table,))
    ]


def indexes(db: Reads, table: str) -> list[Index]:
    """All indexes, those behind constraints too."""
    if db.vendor == "sqlite":
        return _sqlite_indexes(db, table)
    return [
        Index(name, tuple(column.strip('"') for column in json.loads(names)), unique, definition, condition)
        for name, unique, definition, names, condition in db.execute(catalogue_postgres.INDEXES, (table,))
    ]


def _sqlite_sql(db: Reads, kind: str, name: str) -> str:
    found = db.execute("SELECT sql FROM sqlite_master WHERE type = %s AND name = %s", (kind, name))
    return (found[0][0] or "") if found else ""


def _sqlite_constraints(db: Reads, table: str) -> list[Constraint]:
    found = []
    keys = [row[0] for row in db.execute("SELECT name FROM pragma_table_info(%s) WHERE pk > 0 ORDER BY pk", (table,))]
    if keys:
        found.append(Constraint(f"{table}_pkey", "primary-key", tuple(keys), "PRIMARY KEY"))
    for target, column in db.execute('SELECT "table", "from" FROM pragma_foreign_key_list(%s)', (table,)):
        found.append(Constraint(f"{table}_{column}_fk", "foreign-key", (column,), f"REFERENCES {target}", target))
    for name, text in named_checks(_sqlite_sql(db, "table", table)):
        found.append(Constraint(name, "check", tuple(dict.fromkeys(re.findall(r'"(\w+)"', text))), f"CHECK {text}"))
    for index in _sqlite_indexes(db, table):
        if index.unique:
            found.append(Constraint(index.name, "unique", index.columns, index.definition))
    return found


def _sqlite_indexes(db: Reads, table: str) -> list[Index]:
    found = []
    for name, unique in db.execute('SELECT name, "unique" FROM pragma_index_list(%s) ORDER BY name', (table,)):
        text = _sqlite_sql(db, "index", name)
        names = [row[0] for row in db.execute("SELECT name FROM pragma_index_info(%s) ORDER BY seqno", (name,))]
        inner, _, condition = text.partition(" WHERE ")
        expression = inner[inner.find("(") + 1 : inner.rfind(")")]
        listed = tuple(names) if None not in names else (expression,)
        found.append(Index(name, listed, bool(unique), text, condition))
    return found
