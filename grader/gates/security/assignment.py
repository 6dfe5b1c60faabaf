"""Mass assignment: fields that a request should not set, and sets."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from grader.domain.findings import Finding, Severity
from grader.gates.contract.document import Operation, items
from grader.gates.security.bodies import answer_schema, body_schema, make_body, properties_of
from grader.gates.security.exchange import Api, Person, found
from grader.gates.security.idor import Owned
from grader.gates.security.objects import Workshop

_RIGHTS = ("is_staff", "is_superuser", "role", "is_admin", "permissions", "groups")
_SET_BY_SERVER = ("id", "pk", "uuid", "url", "slug")
_REMEDY = "Name the fields that a serializer or form takes, or make these read-only."


def probe_rights(api: Api, who: Person, path: str, highest: str) -> Iterator[Finding]:
    """Somebody sends more rights to what is theirs, such as /users/me/."""
    before = api.ask(who, "GET", path)
    if not before.ok:
        return
    wanted = _rights(highest)
    for method in ("PATCH", "PUT", "POST"):
        sent = api.ask(who, method, path, wanted)
        after = api.ask(who, "GET", path)
        gained = [name for name, value in wanted.items() if after.get(name) == value != before.get(name)]
        if gained:
            message = f"{method} {path} lets somebody give themselves {', '.join(gained)}."
            yield found("mass-assignment", Severity.HIGH, message, _REMEDY, 915, sent.curl)
            return


def _rights(highest: str) -> dict[str, Any]:
    return {"is_staff": True, "is_superuser": True, "role": highest}


def probe_registration(shop: Workshop, nobody: Person, operation: Operation, highest: str) -> Iterator[Finding]:
    """Somebody new asks for more rights than anybody has who is new."""
    schema = body_schema(shop.document, operation)
    if "password" not in properties_of(shop.document, schema):
        return
    wanted = _rights(highest)
    body = make_body(shop.document, schema, shop.random)
    body |= {name: f"Qz7-{shop.random.getrandbits(60):015x}" for name in body if "password" in name}
    plain = shop.api.ask(nobody, "POST", operation.path, body)
    if not plain.ok:
        return
    again = make_body(shop.document, schema, shop.random) | {n: v for n, v in body.items() if "password" in n}
    sent = shop.api.ask(nobody, "POST", operation.path, again | wanted)
    gained = [name for name, value in wanted.items() if sent.ok and sent.get(name) == value != plain.get(name)]
    if gained:
        message = f"{operation.label} gives whoever registers {', '.join(gained)}."
        yield found("mass-assignment", Severity.HIGH, message, _REMEDY, 915, sent.curl)


def probe_assignment(shop: Workshop, owned: Owned) -> Iterator[Finding]:
    """A finding for each field that the document does not let a request set, and that one sets all the same."""
    made = shop.make(owned.made.collection, owned.made.owner)  # what is given away here is not asked about elsewhere
    if made is None:
        return
    owned = replace(owned, made=made)
    for method in ("patch", "post"):
        operation = made.collection.on_one.get(method) if method == "patch" else made.collection.on_all["post"]
        if operation is None:
            continue
        for name, value in _forbidden(shop, owned, operation):
            if finding := _sets(shop, owned, operation, name, value):
                yield finding


def _forbidden(shop: Workshop, owned: Owned, operation: Operation) -> Iterator[tuple[str, Any]]:
    """Fields that answers have and requests have not, with another value that would fit."""
    document = shop.document
    shown = properties_of(document, answer_schema(document, owned.made.collection.on_one["get"]))
    taken = properties_of(document, body_schema(document, operation))
    for name, schema in shown.items():
        settable = name in taken and not taken[name].get("readOnly")
        if settable or name in _SET_BY_SERVER or name not in owned.made.value:
            continue
        value = owned.other if name == owned.field else _another(schema, owned.made.value[name])
        if value is not None and value != owned.made.value[name]:
            yield name, value


def _another(schema: Mapping[str, Any], value: Any) -> Any:
    """Another value of a flag, a choice or a number; ``None`` for all else, which decides nothing."""
    if isinstance(value, bool):
        return not value
    if choices := items(schema.get("enum")):
        return next((choice for choice in choices if choice != value), None)
    return value + 7_919 if isinstance(value, int) else None


def _sets(shop: Workshop, owned: Owned, operation: Operation, name: str, value: Any) -> Finding | None:
    made, api = owned.made, shop.api
    if operation.method == "post":
        fresh = shop.make(made.collection, made.owner)
        body = {**(fresh or made).sent, name: value}
        body |= {key: f"{text}-{shop.random.getrandbits(20)}" for key, text in body.items() if _is_own_text(text)}
        sent = api.ask(made.owner, "POST", made.collection.path, body)
        now = sent.get(name)
    else:
        sent = api.ask(made.owner, "PATCH", made.path, {name: value})
        now = api.ask(made.owner, "GET", made.path).get(name) if sent.ok else None
    if not sent.ok or now != value:
        return None
    grave = name == owned.field or name in _RIGHTS
    message = f"{operation.label} sets `{name}`, which the document does not let a request set."
    return found("mass-assignment", Severity.HIGH if grave else Severity.MEDIUM, message, _REMEDY, 915, sent.curl)


def _is_own_text(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("note-")
