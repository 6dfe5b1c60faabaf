"""The models of a project as it runs, held against the tables of its migrated database."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.agent.client import AgentFault
from grader.gates.subject import Subject
from grader.stage.outcome import Failed
from grader.stage.places import MIGRATED
from grader.stage.program import last_value, run_in_project
from grader.stage.project import Broken
from grader.stage.serving import deployment

_PROGRAM = Path(__file__).with_name("models_inside.py")
_NAME = re.compile(r"[A-Za-z_]\w{0,99}", re.ASCII)
_LABEL = re.compile(r"[A-Za-z_]\w{0,99}\.[A-Za-z_]\w{0,99}", re.ASCII)
_WITHIN_S = 60.0
_OF_DJANGO = frozenset({"django_migrations"})
_ODD = "The project's list of its models cannot be read."


class NoModels(Exception):
    """Its models cannot be had; the message says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Relation:
    """From a model to another one, by the labels of both; a ``free`` one may be drawn or not."""

    name: str
    one: str
    other: str
    free: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """A model by its label, ``app.Name``; ``fields`` are names of columns with the name of the field of each.

    ``own`` is one whose module is in the submission. A table that has no model is one, too, whose label is its name.
    """

    label: str
    table: str
    fields: Mapping[str, str]
    own: bool

    @property
    def name(self) -> str:
        """As it is drawn, most of the time."""
        return self.label.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Models:
    """All models of a project, and the relations of its own ones."""

    models: tuple[Model, ...]
    relations: tuple[Relation, ...]


def read_models(subject: Subject) -> Models:
    """Asks the project, and its database where that is PostgreSQL.

    Raises:
        NoModels: the project does not start or migrate, or has other tables than its models say.
    """
    stage = subject.stage
    try:
        stage.main.ready("postgres")
        with stage.services.postgres_databases.copy(MIGRATED) as database:
            env = deployment(stage, database, settings=subject.layout.settings)
            if subject.layout.configuration:
                env["DJANGO_CONFIGURATION"] = subject.layout.configuration
            status, text = run_in_project(stage, _PROGRAM, env)
            tables = _tables(subject, database)
    except Broken as broken:
        raise NoModels(f"The project {broken.doing} and got no further, so its models are not known.") from broken
    except (AgentFault, Failed) as error:
        raise NoModels(f"Its tables cannot be read: {error}") from error
    said = last_value(text) if status == 0 else None
    if not isinstance(said, list):
        raise NoModels(f"The project does not load under {subject.layout.settings}, so its models are not known.")
    return _checked(subject, said, tables)


def _tables(subject: Subject, database: str) -> dict[str, frozenset[str]]:
    """The columns of each table, seen from beside the project."""
    observer = subject.stage.services.postgres_databases.observer(
        lambda: database, deadline=time.monotonic() + _WITHIN_S, public=False
    )
    with observer as seen:
        return {name: frozenset(column.name for column in seen.columns(name)) for name in seen.tables()}


def _checked(subject: Subject, said: list[Any], tables: Mapping[str, frozenset[str]]) -> Models:
    models, relations, known = [], [], set(_OF_DJANGO)
    try:
        for entry in said:
            if entry["proxy"]:
                continue
            model = _model(subject, entry)
            if entry["managed"] and tables.get(model.table) != frozenset(model.fields):
                raise NoModels(f"{model.label} has other columns than the table {model.table!r} of its database.")
            models.append(model)
            known |= {model.table, *(many["table"] for many in entry["many"])}
            relations += _relations(model, entry) if model.own else []
    except (KeyError, TypeError, AttributeError) as odd:
        raise NoModels(_ODD) from odd
    models += [Model(name, name, {}, own=True) for name in tables if name not in known]
    return Models(tuple(models), tuple(relations))


def _model(subject: Subject, entry: Mapping[str, Any]) -> Model:
    fields = {field["column"]: field["name"] for field in entry["fields"]}
    names = (entry["table"], *fields, *fields.values())
    if not _LABEL.fullmatch(entry["label"]) or not all(_NAME.fullmatch(name) for name in names):
        raise NoModels(_ODD)
    return Model(entry["label"], entry["table"], fields, _is_own(subject, entry["module"]))


def _is_own(subject: Subject, module: str) -> bool:
    """Whether a module is in the submission, and not where packages are installed."""
    path = module.replace(".", "/")
    roots = ("", *(f"{source}/" for source in subject.layout.sources))
    own = {f"{root}{path}{end}" for root in roots for end in (".py", "/__init__.py")}
    installed = any((subject.deps / f"{path}{end}").is_file() for end in (".py", "/__init__.py"))
    return not own.isdisjoint(subject.files) or not installed


def _relations(model: Model, entry: Mapping[str, Any]) -> list[Relation]:
    found = [Relation(field["name"], model.label, field["to"]) for field in entry["fields"] if field["to"]]
    return found + [Relation(m["name"], model.label, m["to"], free=not m["made"]) for m in entry["many"]]
