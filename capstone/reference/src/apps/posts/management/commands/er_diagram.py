# FILE SOLUTION 03
"""`manage.py er_diagram`: the models of this project as an entity-relationship diagram."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db.models import Field, ForeignKey, Model, OneToOneField

from config.settings.environment import ROOT

PAGE = """# Data model

The tables that are ours, as `manage.py er_diagram` draws them. After a change of a model:

```console
$ poetry run python manage.py er_diagram > docs/data-model.md
```

```mermaid
erDiagram
{lines}
```
"""


class Command(BaseCommand):
    """Django's own models appear where one of ours refers to them."""

    help = "Print docs/data-model.md: an entity-relationship diagram for Mermaid."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the page."""
        lines = [line for model in _models() for line in _entity(model)]
        lines += [line for model in _models() for line in _relations(model)]
        self.stdout.write(
            PAGE.format(lines="\n".join(f"    {line}" for line in lines)), ending=""
        )


def _models() -> Iterator[type[Model]]:
    """The models of the apps below src/apps, in the order of the settings."""
    for config in apps.get_app_configs():
        if Path(config.path).is_relative_to(ROOT / "src" / "apps"):
            yield from config.get_models()


def _entity(model: type[Model]) -> Iterator[str]:
    yield f"{model.__name__} {{"
    for field in model._meta.concrete_fields:
        keys = _keys(field)
        yield f"    {field.get_internal_type()} {field.column} {keys}".rstrip()
    yield "}"


def _keys(field: "Field[Any, Any]") -> str:
    keys = {
        "PK": field.primary_key,
        "FK": isinstance(field, ForeignKey),
        "UK": field.unique and not field.primary_key,
    }
    return ", ".join(key for key, holds in keys.items() if holds)


def _relations(model: type[Model]) -> Iterator[str]:
    """From the table that refers to the one that it refers to."""
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey):
            many = "|o" if isinstance(field, OneToOneField) else "}o"
            one = "o|" if field.null else "||"
            yield _relation(model, f"{many}--{one}", field)
    for field in model._meta.local_many_to_many:
        yield _relation(model, "}o--o{", field)


def _relation(model: type[Model], line: str, field: Any) -> str:
    return f"{model.__name__} {line} {field.related_model.__name__} : {field.name}"
