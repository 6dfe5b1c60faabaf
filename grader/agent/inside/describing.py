"""The models of the project's own apps as plain data."""

from __future__ import annotations

from .errors import path_below

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .process import Agent


def describe(agent: Agent) -> list[dict[str, Any]]:
    """The models of the project's own apps."""
    from django.apps import apps

    own = [
        model for model in apps.get_models() if path_below(agent.root, apps.get_app_config(model._meta.app_label).path)
    ]
    return [describe_model(model) for model in own]


def describe_model(model: Any) -> dict[str, Any]:
    """One model as plain data."""
    meta = model._meta
    return {
        "label": meta.label,
        "app": meta.app_label,
        "name": model.__name__,
        "module": model.__module__,
        "table": meta.db_table,
        "managed": bool(meta.managed),
        "verbose_name": str(meta.verbose_name),
        "verbose_name_plural": str(meta.verbose_name_plural),
        "ordering": [str(o) for o in meta.ordering],
        "managers": [m.name for m in meta.managers],
        "fields": [describe_field(model, f) for f in (*meta.fields, *meta.many_to_many)],
        "constraints": [describe_constraint(c) for c in meta.constraints],
        "indexes": [describe_constraint(i) for i in meta.indexes],
    }


def describe_field(model: Any, field: Any) -> dict[str, Any]:
    """One field as plain data."""
    remote = field.remote_field
    default = field.default if field.has_default() else None
    return {
        "name": field.name,
        "column": field.column or "",
        "table": field.model._meta.db_table,
        "type": type(field).__name__,
        "kinds": [c.__name__ for c in type(field).__mro__][:-1],
        "declared_in": declared_in(model, field),
        "max_length": field.max_length,
        "null": field.null,
        "blank": field.blank,
        "unique": field.unique,
        "primary_key": field.primary_key,
        "choices": [value for value, _ in field.flatchoices],
        "default": getattr(default, "__name__", "callable") if callable(default) else default,
        "auto_now": bool(getattr(field, "auto_now", False)),
        "auto_now_add": bool(getattr(field, "auto_now_add", False)),
        "target": remote.model._meta.label if remote else "",
        "target_table": remote.model._meta.db_table if remote else "",
        "related_name": str(remote.related_name or "") if remote else "",
        "on_delete": getattr(getattr(remote, "on_delete", None), "__name__", "") if remote else "",
    }


def declared_in(model: Any, field: Any) -> str:
    """The module of the class, furthest up, that declares the field: Django's own for what is inherited from it."""
    for base in reversed(model.__mro__):
        meta = getattr(base, "_meta", None)
        if meta and any(f.name == field.name for f in (*meta.local_fields, *meta.local_many_to_many)):
            return str(base.__module__)
    return str(model.__module__)


def describe_constraint(item: Any) -> dict[str, Any]:
    """One constraint or index as plain data."""
    return {
        "name": item.name,
        "type": type(item).__name__,
        "fields": [str(f) for f in getattr(item, "fields", ())],
        "expressions": [str(e) for e in getattr(item, "expressions", ())],
        "condition": str(getattr(item, "condition", None) or ""),
    }
