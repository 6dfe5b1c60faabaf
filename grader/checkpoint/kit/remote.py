"""The learner's objects as a check sees them: every access and call happens at once, in the sandbox.

Values arrive as plain Python; what has no plain form stays there and is a ``Remote``. Comparing one never runs
learner code: it compares model label and primary key as they were when the reference arrived.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from grader.agent.client import of_type
from grader.agent.raised import Raised
from grader.agent.wire import Ref, encode, hashable

# Methods of Django's models, managers and querysets: calling one is a single question, not one more to get it first.
_METHODS = frozenset(
    ["add", "all", "create", "delete", "filter", "full_clean", "get", "refresh_from_db", "save", "set"]
)


class Evaluator(Protocol):
    """What carries questions to the project."""

    def evaluate(self, root: int | str, steps: list[list[Any]]) -> Any:
        """Follows the steps and gives the value, references inside it wrapped."""


class Remote:
    """A reference to an object in the sandbox."""

    __slots__ = ("_project", "_ref")

    def __init__(self, project: Evaluator, ref: Ref) -> None:
        object.__setattr__(self, "_project", project)
        object.__setattr__(self, "_ref", ref)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        if name in _METHODS:
            return Method(self, name)
        return self._project.evaluate(self._ref.number, [["get", name]])

    def __setattr__(self, name: str, value: Any) -> None:
        self._project.evaluate(self._ref.number, [["set", name, encoded(value)]])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._project.evaluate(self._ref.number, [call(args, kwargs)])

    def __getitem__(self, key: Any) -> Any:
        step = {"slice": [key.start, key.stop, key.step]} if isinstance(key, slice) else encoded(key)
        return self._project.evaluate(self._ref.number, [["item", step]])

    def __iter__(self) -> Iterator[Any]:
        return iter(of_type(list, self._project.evaluate(self._ref.number, [["list"]])))

    def __len__(self) -> int:
        return of_type(int, self._project.evaluate(self._ref.number, [["len"]]))

    def __bool__(self) -> bool:
        return self._project.evaluate(self._ref.number, [["truth"]]) is True

    def __str__(self) -> str:
        return of_type(str, self._project.evaluate(self._ref.number, [["text"]]))

    def __repr__(self) -> str:
        return f"<{self._ref.type}{'' if self._ref.pk is None else f' {self._ref.pk}'}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remote) and _identity(self) == _identity(other)

    def __hash__(self) -> int:
        return hash(_identity(self))


class Method(Remote):
    """A method that has not been fetched: calling it asks for both at once, anything else fetches it first."""

    __slots__ = ("_name", "_of")

    def __init__(self, of: Remote, name: str) -> None:
        object.__setattr__(self, "_of", of)
        object.__setattr__(self, "_name", name)
        object.__setattr__(self, "_project", of._project)

    def __getattr__(self, name: str) -> Any:
        if name != "_ref":
            return super().__getattr__(name)
        fetched = of_type(Remote, self._project.evaluate(self._of._ref.number, [["get", self._name]]))
        object.__setattr__(self, "_ref", fetched._ref)
        return fetched._ref

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._project.evaluate(self._of._ref.number, method(self._name, *args, **kwargs))


def _identity(remote: Remote) -> tuple[Any, ...]:
    """Model, primary key and its type; an object that is no stored row is only itself.

    An instance that was saved since its reference arrived is asked for its key: what ``pk`` says then is a plain value.
    """
    ref = remote._ref
    if ref.pk is None and "." in ref.type and not ref.callable:
        pk = _stored_key(remote)
        return (ref.type, type(pk), pk) if pk is not None else (ref.type, ref.number)
    return (ref.type, ref.number) if ref.pk is None else (ref.type, type(ref.pk), ref.pk)


def _stored_key(remote: Remote) -> Any:
    try:
        pk = remote.pk
    except Raised:
        return None
    return pk if isinstance(pk, (str, int)) else None


@dataclass(frozen=True, slots=True)
class Later:
    """A call that has not been made yet, for ``app.race``."""

    root: int | str
    steps: tuple[list[Any], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one runner of a race came to: its value, or what it raised."""

    value: Any
    raised: Raised | None = None


def later(function: Remote, /, *args: Any, **kwargs: Any) -> Later:
    """The call, not made yet. ``function`` is a method or function of the project, such as ``post.save``."""
    return Later(function._ref.number, (call(args, kwargs),))


def method(name: str, /, *args: Any, **kwargs: Any) -> list[list[Any]]:
    """The steps that call a method."""
    return [["get", name], call(args, kwargs)]


def also(steps: list[list[Any]]) -> list[Any]:
    """The step that follows others from a value, and goes on with that value."""
    return ["also", steps]


def call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    """The step that calls."""
    return ["call", [encoded(arg) for arg in args], {name: encoded(arg) for name, arg in kwargs.items()}]


def encoded(value: Any) -> Any:
    """A value of a check as a question carries it, remotes as their references."""
    return encode(_refs(value))


def _refs(value: Any) -> Any:
    if isinstance(value, Remote):
        return value._ref
    if isinstance(value, (list, tuple, set, frozenset)):
        return type(value)(_refs(item) for item in value)
    if isinstance(value, dict):
        return {_refs(key): _refs(item) for key, item in value.items()}
    return value


def wrapped(project: Evaluator, value: Any) -> Any:
    """A decoded answer with every reference in it as a ``Remote``."""
    if isinstance(value, Ref):
        return Remote(project, value)
    if isinstance(value, (list, tuple)):
        return type(value)(wrapped(project, item) for item in value)
    if isinstance(value, set):
        return set(hashable(wrapped(project, item) for item in value))
    if isinstance(value, dict):
        hashable(wrapped(project, key) for key in value)
        return {wrapped(project, key): wrapped(project, item) for key, item in value.items()}
    return value
