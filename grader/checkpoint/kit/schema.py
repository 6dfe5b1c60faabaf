"""What a person looks at in a schema review: an ER diagram, and what a migration has changed."""

import difflib
import json
from collections.abc import Iterator

from grader.domain.words import bounded
from grader.stage.database import Database

_LONGEST = 2_000  # lines


def er_diagram(db: Database, *prefixes: str) -> str:
    """The tables whose names begin so (all if none is named), as JSON for an artefact of kind ``er-diagram``."""
    names = [name for name in db.tables() if not prefixes or name.startswith(prefixes)]
    links = [link for name in names for link in _links(db, name)]
    return json.dumps({"tables": [_table(db, name) for name in names], "links": links})


def _table(db: Database, name: str) -> dict[str, object]:
    keys, alone = _of_kind(db, name, "primary-key"), _of_kind(db, name, "unique", alone=True)
    columns = [
        {"name": c.name, "type": c.type, "pk": c.name in keys, "null": c.null, "unique": c.name in alone}
        for c in db.columns(name)
    ]
    return {"name": name, "columns": columns}


def _links(db: Database, name: str) -> Iterator[dict[str, object]]:
    """The foreign keys of a table. One whose column is unique points back one to one."""
    single = {*_of_kind(db, name, "unique", alone=True), *_of_kind(db, name, "primary-key", alone=True)}
    optional = {c.name for c in db.columns(name) if c.null}
    for constraint in db.constraints(name):
        if constraint.kind == "foreign-key" and constraint.columns:
            column = constraint.columns[0]
            kind = "one-to-one" if column in single else "many-to-one"
            yield {"table": name, "column": column, "to": constraint.target, "kind": kind, "null": column in optional}


def _of_kind(db: Database, name: str, kind: str, *, alone: bool = False) -> set[str]:
    """The columns of a table that constraints of that kind are about; ``alone``: that are the only one of theirs."""
    found = [c.columns for c in db.constraints(name) if c.kind == kind]
    return {column for columns in found for column in columns if not alone or len(columns) == 1}


def schema_text(db: Database, *prefixes: str) -> list[str]:
    """The schema as lines that can be compared: tables, and below each its columns, constraints and indexes."""
    lines = []
    for name in db.tables():
        if prefixes and not name.startswith(prefixes):
            continue
        lines.append(f"table {name}")
        for column in db.columns(name):
            lines.append(f"  column {column.name} {column.type}{'' if column.null else ' not null'}")
        lines += [f"  {c.kind} {c.name}: {c.definition}" for c in sorted(db.constraints(name), key=lambda c: c.name)]
        lines += [f"  index {i.name}: {i.definition}" for i in sorted(db.indexes(name), key=lambda i: i.name)]
    return lines


def schema_diff(before: list[str], after: list[str], names: tuple[str, str] = ("before", "after")) -> str:
    """Two schemas as a unified diff, for an artefact of kind ``diff``; of schemas that are too long a word on that.

    Lines are compared each with each where they are alike, and how many there are is the submission's choice.
    """
    if max(len(before), len(after)) > _LONGEST:
        return f"Too large to compare: {len(before):,} and {len(after):,} lines, where {_LONGEST:,} can be."
    before, after = ([bounded(line, 500) for line in lines] for lines in (before, after))
    return "\n".join(difflib.unified_diff(before, after, *names, lineterm="", n=1))
