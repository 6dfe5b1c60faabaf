"""The objects of an API by its OpenAPI document: collections, and objects of them that somebody made."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from grader.gates.contract.document import Document, Operation
from grader.gates.security.bodies import body_schema, fitting, make_body, properties_of
from grader.gates.security.exchange import Api, Person

_ITEM = re.compile(r"(/[^{}]*/)\{\w{1,60}\}/?")
_ACTION = re.compile(r"(/[^{}]*/)\{\w{1,60}\}/([\w-]{1,60})/?")
_PASSES, _MOST_PAGES, _MOST_COLLECTIONS = 3, 5, 40


@dataclass(frozen=True, slots=True)
class Collection:
    """``path`` lists objects or takes new ones, ``item`` is one of them; operations by method."""

    path: str
    item: str
    on_all: Mapping[str, Operation]
    on_one: Mapping[str, Operation]
    actions: tuple[Operation, ...]

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.strip("/").rpartition("/")[2]

    def address(self, identity: object) -> str:
        """The path of one object."""
        return re.sub(r"\{\w+\}", str(identity), self.item)


@dataclass(frozen=True, slots=True)
class Made:
    """An object: who made it, what was sent, and what its owner reads."""

    collection: Collection
    owner: Person
    sent: Mapping[str, Any]
    value: Mapping[str, Any]
    path: str


@dataclass
class Workshop:
    """Makes objects of every collection that it can, and keeps them."""

    api: Api
    document: Document
    people: Sequence[Person]
    random: Random
    made: dict[str, list[Made]] = field(default_factory=dict)

    def fill(self, collections: Sequence[Collection]) -> None:
        """One object in each, by the most powerful who may: what refers to another may need that one first."""
        for _ in range(_PASSES):
            before = len(self.made)
            for one in collections:
                new = None if one.path in self.made else self._first(one)
                if new:
                    self.made[one.path] = [new]
            if len(self.made) == before:
                return

    def _first(self, collection: Collection) -> Made | None:
        people = reversed(self.people)
        return next((new for person in people if (new := self.make(collection, person, prepare=True))), None)

    def make(self, collection: Collection, who: Person, *, prepare: bool = False) -> Made | None:
        """A new object of somebody's; ``None`` where it is refused.

        With ``prepare`` what it refers to is changed by each of its actions in turn: it may have to be published,
        and then it has to be complete.
        """
        schema = body_schema(self.document, collection.on_all["post"])
        for everything in (prepare, not prepare):
            body = make_body(self.document, schema, self.random, everything=everything)
            for attempt in self._variants(collection, schema, body, prepare):
                reply = self.api.ask(who, "POST", collection.path, attempt)
                if reply.ok and isinstance(reply.value, dict):
                    return self._read(collection, who, attempt, reply.value)
                if reply.status in (0, 401, 405, 429):
                    return None
        return None

    def _variants(
        self, collection: Collection, schema: Mapping[str, Any], body: dict[str, Any], prepare: bool
    ) -> Iterator[dict[str, Any]]:
        """The body with references to what is there; then, to ``prepare``, again after each action on that."""
        properties = properties_of(self.document, schema)
        references = {name: one for name in body if (one := self._meant(name)) and one.collection is not collection}
        for name, one in references.items():
            body[name] = next(fitting(properties[name], [one.value]), body[name])
        yield dict(body)
        for one in references.values() if prepare else ():
            for action in one.collection.actions:
                address = re.sub(r"\{\w+\}", _identity(one.value), action.path)
                if self.api.ask(self.people[-1], "POST", address).ok:
                    yield dict(body)

    def _meant(self, name: str) -> Made | None:
        """The object of the collection that a field is named like: ``post_id`` of ``posts``."""
        word = name.lower().removesuffix("_id").removesuffix("_slug").rstrip("s").removesuffix("ie").removesuffix("y")
        for path, objects in self.made.items():
            last = path.strip("/").rpartition("/")[2].lower()
            if len(word) >= 3 and last.startswith(word):
                return objects[0]
        return None

    def _read(
        self, collection: Collection, who: Person, sent: Mapping[str, Any], value: Mapping[str, Any]
    ) -> Made | None:
        """The new object as its owner reads it at its own address."""
        for identity in (value.get(name) for name in ("id", "pk", "uuid", "slug", "username")):
            if not isinstance(identity, (int, str)) or not re.fullmatch(r"[\w.@+-]{1,100}", str(identity)):
                continue
            path = collection.address(identity)
            reply = self.api.ask(who, "GET", path)
            if reply.ok and isinstance(reply.value, dict):
                return Made(collection, who, sent, reply.value, path)
        return None


def _identity(value: Mapping[str, Any]) -> str:
    return str(next((value[name] for name in ("id", "pk", "uuid", "slug") if name in value), ""))


def collections_of(document: Document) -> tuple[Collection, ...]:
    """Those that show single objects, whether or not they take new ones."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in document.operations():
        by_path.setdefault(operation.path, {})[operation.method] = operation
    found = []
    for item, on_one in by_path.items():
        match = _ITEM.fullmatch(item)
        if match and "get" in on_one:
            path = next((path for path in (match[1], match[1].rstrip("/")) if path in by_path), match[1])
            actions = tuple(o["post"] for p, o in by_path.items() if _is_action(p, match[1]) and "post" in o)
            found.append(Collection(path, item, by_path.get(path, {}), on_one, actions))
    return tuple(found[:_MOST_COLLECTIONS])


def _is_action(path: str, collection: str) -> bool:
    match = _ACTION.fullmatch(path)
    return match is not None and match[1] == collection


def listed(api: Api, who: Person, collection: Collection, value: Mapping[str, Any]) -> bool | None:
    """Whether somebody's list has that object; ``None`` where there is no list, or too long a one."""
    if "get" not in collection.on_all:
        return None
    path = collection.path
    for _ in range(_MOST_PAGES):
        reply = api.ask(who, "GET", path)
        rows = reply.value if isinstance(reply.value, list) else reply.get("results")
        if not reply.ok or not isinstance(rows, list):
            return None
        if any(isinstance(row, dict) and _identity(row) == _identity(value) for row in rows):
            return True
        following = reply.get("next")
        if not isinstance(following, str) or not (found := re.search(r"(/[^/].*)", following.partition("//")[2])):
            return False if not following else None
        path = found[1]
    return None


def text_of(value: Any) -> str:
    """A value as one text, to look for another in."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
