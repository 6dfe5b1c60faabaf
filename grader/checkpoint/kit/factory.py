"""Builds the ``make`` of a course: rows that are right in every way but the one that a check is about."""

from types import FunctionType
from typing import Any, Protocol

from grader.checkpoint.kit.remote import also, method
from grader.checkpoint.kit.rng import Rng
from grader.domain.errors import CourseError


class Models(Protocol):
    """What a factory needs of the project."""

    def build(self, label: str, fields: dict[str, Any], *then: list[Any]) -> Any:
        """An object of that model with these fields, after these steps."""


class Recipe:
    """How to make one: the model's label, and for each field a value or a function of ``make``.

    ``many`` are many-to-many fields, set after saving.
    """

    def __init__(self, model: str, *, many: tuple[str, ...] = (), **fields: Any) -> None:
        self.model, self.many, self.fields = model, many, fields


class Maker:
    """``make.post``: call it for a saved row, ``.build`` for one that is not saved."""

    def __init__(self, factory: "Factory", recipe: Recipe) -> None:
        self._factory, self._recipe = factory, recipe

    def __call__(self, **fields: Any) -> Any:
        many = {name: fields.pop(name) for name in self._recipe.many if name in fields}
        row = self._built(fields, also(method("save")))
        for name, rows in many.items():
            getattr(row, name).set(rows)
        return row

    def build(self, **fields: Any) -> Any:
        """One that is not saved; what is not given comes from the recipe."""
        return self._built(fields)

    def _built(self, fields: dict[str, Any], *then: list[Any]) -> Any:
        filled = {name: value for name, value in self._recipe.fields.items() if name not in fields} | fields
        values = {name: self._value(value) for name, value in filled.items()}
        return self._factory.app.build(self._recipe.model, values, *then)

    def _value(self, value: Any) -> Any:
        return value(self._factory) if isinstance(value, FunctionType) else value


class Factory:
    """``Factory(app, rng, post=Recipe("posts.Post", title=lambda make: make.rng.title()), …)``."""

    def __init__(self, app: Models, rng: Rng, **recipes: Recipe) -> None:
        self.app, self.rng, self._recipes = app, rng, recipes

    def __getattr__(self, name: str) -> Maker:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._recipes:
            raise CourseError(f"No recipe is called {name}.", f"There are: {', '.join(self._recipes)}.")
        return Maker(self, self._recipes[name])
