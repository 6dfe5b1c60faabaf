"""What a person looks at in a schema review: an ER diagram, and what a migration has changed."""

import difflib
import json

from grader.checkpoint.database import Database


def er_diagram(db: Database, *prefixes: str) -> str:
    """The tables whose names begin so (all if none is named), as JSON for an artefact of kind ``er-diagram``."""
    names = [name for name in db.tables() if not prefixes or name.startswith(prefixes)]
    links = [
        {"from": name, "column": constraint.columns[0], "to": constraint.target}
        for name in names
        for constraint in db.constraints(name)
        if constraint.kind == "foreign-key" and constraint.columns
    ]
    return json.dumps({"tables": [_table(db, name) for name in names], "links": links})


def _table(db: Database, name: str) -> dict[str, object]:
    keys: dict[str, str] = {}
    for constraint in db.constraints(name):
        label = {"primary-key": "PK", "foreign-key": "FK"}.get(constraint.kind, "")
        for column in constraint.columns:
            keys[column] = keys.get(column) or label
    columns = [{"name": c.name, "type": c.type, "key": keys.get(c.name, ""), "null": c.null} for c in db.columns(name)]
    return {"name": name, "columns": columns}


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
    """Two schemas as a unified diff, for an artefact of kind ``diff``."""
    return "\n".join(difflib.unified_diff(before, after, *names, lineterm="", n=1))
