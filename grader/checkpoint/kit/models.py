"""What the project says of its own models. It is a claim: ``agreement`` holds it against the database."""

from dataclasses import dataclass, fields
from typing import Any

from grader.agent.client import AgentFault


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """One field. ``type`` is its class, ``kinds`` that and its bases; ``declared_in`` the module that declares it.

    ``table`` is where its column is: that of a parent for one that is inherited. ``target``, ``target_table``,
    ``related_name`` and ``on_delete`` (``CASCADE`` …) are empty for a field that is no relation.
    """

    name: str
    column: str
    table: str
    type: str
    kinds: list[str]
    declared_in: str
    max_length: int | None
    null: bool
    blank: bool
    unique: bool
    primary_key: bool
    choices: list[Any]
    default: Any
    auto_now: bool
    auto_now_add: bool
    target: str
    target_table: str
    related_name: str
    on_delete: str


@dataclass(frozen=True, slots=True)
class ConstraintFacts:
    """A constraint or an index of ``Meta``: its class as ``type``; fields, expressions and condition as text."""

    name: str
    type: str
    fields: list[str]
    expressions: list[str]
    condition: str


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model. ``label`` is ``app.Name``, ``managers`` are names, the default one first."""

    label: str
    app: str
    name: str
    module: str
    table: str
    managed: bool
    verbose_name: str
    verbose_name_plural: str
    ordering: list[str]
    managers: list[str]
    fields: list[FieldFacts]
    constraints: list[ConstraintFacts]
    indexes: list[ConstraintFacts]

    def field(self, name: str) -> FieldFacts | None:
        """The field of that name, if the model has it."""
        return next((field for field in self.fields if field.name == name), None)


def read_models(answer: Any) -> tuple[ModelFacts, ...]:
    """The answer of ``describe`` as facts; ``AgentFault`` if it has another shape."""
    try:
        return tuple(_model(one) for one in answer)
    except (TypeError, KeyError) as error:
        raise AgentFault("Your project gave an answer that cannot be read.") from error


def _model(one: dict[str, Any]) -> ModelFacts:
    inner = {
        "fields": [_facts(FieldFacts, field) for field in one["fields"]],
        "constraints": [_facts(ConstraintFacts, constraint) for constraint in one["constraints"]],
        "indexes": [_facts(ConstraintFacts, index) for index in one["indexes"]],
    }
    return _facts(ModelFacts, {**one, **inner})


_LISTS = {"list[str]", "list[Any]", "list[FieldFacts]", "list[ConstraintFacts]"}


def _facts[T](kind: type[T], one: dict[str, Any]) -> T:
    plain = {"str": (str,), "bool": (bool,), "int | None": (int, type(None)), **dict.fromkeys(_LISTS, (list,))}
    for field in fields(kind):  # type: ignore[arg-type]
        allowed = plain.get(str(getattr(field.type, "__name__", field.type)), plain.get(str(field.type)))
        if allowed and not isinstance(one[field.name], allowed):
            raise TypeError(field.name)
    return kind(**one)
