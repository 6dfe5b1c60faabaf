"""Holds what a project says of its models against what the database says of its tables."""

from collections.abc import Iterator

from grader.checkpoint.kit.models import FieldFacts, ModelFacts
from grader.stage.catalogue import Column
from grader.stage.database import Database


def disagreements(models: tuple[ModelFacts, ...], db: Database) -> list[str]:
    """Every point, in words, at which the tables are not those that the models claim to have. For PostgreSQL.

    Compared are tables, columns, whether they may be null, lengths, what is unique, the targets of foreign keys, and
    the names of constraints and indexes. A model that Django does not manage is left out.
    """
    tables = set(db.tables())
    found: list[str] = []
    for model in (m for m in models if m.managed):
        if model.table not in tables:
            found.append(f"{model.label} has no table {model.table}")
        else:
            found += _of_model(model, db)
    return found


def _of_model(model: ModelFacts, db: Database) -> Iterator[str]:
    columns = {column.name: column for column in db.columns(model.table)}
    claimed = {field.column: field for field in model.fields if field.column and field.table == model.table}
    yield from (f"{model.table} has no column {name}" for name in sorted(claimed.keys() - columns.keys()))
    yield from (f"{model.label} has no field for {name}" for name in sorted(columns.keys() - claimed.keys()))
    for name in sorted(claimed.keys() & columns.keys()):
        yield from _of_column(model.table, columns[name], claimed[name])
    yield from _of_constraints(model, db, claimed)


def _of_column(table: str, column: Column, field: FieldFacts) -> Iterator[str]:
    if field.type == "GeneratedField":
        return
    if column.null != field.null:
        yield f"{table}.{column.name} is {'' if column.null else 'not '}null, the field says otherwise"
    length = column.type.removeprefix("character varying(").removesuffix(")")
    if length.isdigit() and field.max_length is not None and int(length) != field.max_length:
        yield f"{table}.{column.name} has {length} characters, the field {field.max_length}"


def _of_constraints(model: ModelFacts, db: Database, claimed: dict[str, FieldFacts]) -> Iterator[str]:
    constraints, indexes = db.constraints(model.table), db.indexes(model.table)
    names = {one.name for one in constraints} | {one.name for one in indexes}
    wanted = [one.name for one in (*model.constraints, *model.indexes)]
    yield from (f"{model.table} has nothing called {name}" for name in wanted if name not in names)
    alone = {found.columns[0] for found in indexes if found.unique and len(found.columns) == 1 and not found.condition}
    targets = {one.columns[0]: one.target for one in constraints if one.kind == "foreign-key" and one.columns}
    for name, field in claimed.items():
        if (field.unique or field.primary_key) != (name in alone) and name not in _expressions(model):
            yield f"{model.table}.{name} is {'' if name in alone else 'not '}unique, the field says otherwise"
        if name in targets and targets[name].rpartition(".")[2] != field.target_table:
            yield f"{model.table}.{name} leads to {targets[name]}, the field to {field.target_table}"


def _expressions(model: ModelFacts) -> set[str]:
    """Columns that a constraint of the model's own makes unique by itself."""
    return {c.fields[0] for c in model.constraints if len(c.fields) == 1} | {
        f"{c.fields[0]}_id" for c in model.constraints if len(c.fields) == 1
    }
