"""Runs beside the project, with its settings: writes its models as Django has them, as one line of JSON.

Standard library and the project's Django only. What it says is held against the tables of the migrated database.
"""

import importlib
import json
import os
import sys
from typing import Any

_MOST = 500


def describe(model: Any) -> dict[str, Any]:
    """A model: its names, its table, its columns, and what it refers to."""
    meta = model._meta
    fields = [
        {
            "name": str(field.name),
            "column": str(field.column),
            "to": field.related_model._meta.label if field.is_relation and field.related_model else "",
        }
        for field in meta.concrete_fields
    ]
    many = [
        {
            "name": str(field.name),
            "to": field.related_model._meta.label,
            "table": str(field.m2m_db_table()),
            "made": bool(field.remote_field.through._meta.auto_created),
        }
        for field in meta.local_many_to_many
    ]
    return {
        "label": meta.label,
        "table": meta.db_table,
        "module": model.__module__,
        "managed": bool(meta.managed),
        "proxy": bool(meta.proxy),
        "fields": fields,
        "many": many,
    }


def main() -> None:
    """Loads the project, and writes one line."""
    if os.environ.get("DJANGO_CONFIGURATION"):
        importlib.import_module("configurations").setup()
    else:
        importlib.import_module("django").setup()
    models = importlib.import_module("django.apps").apps.get_models()
    sys.stdout.write("\n" + json.dumps([describe(model) for model in models][:_MOST]) + "\n")


if __name__ == "__main__":
    main()
