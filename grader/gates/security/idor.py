"""Objects of others: who may read, change and delete them against what the API itself says of them.

That somebody gets at an object of somebody else is no finding by itself: posts are public, and a wiki is everybody's.
A finding needs a contradiction: the document asks for a log-in and nobody has to log in; a list hides what its address
shows; an object names its owner, the document knows a refusal (403), and nobody who is logged in is refused.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.domain.findings import Finding, Severity
from grader.gates.contract.document import Document, Operation
from grader.gates.security.bodies import body_schema, properties_of
from grader.gates.security.exchange import Api, Person, Reply, found
from grader.gates.security.objects import Made, Workshop, listed, text_of

_OWNER_NAMES = ("owner", "author", "user", "creator", "created_by", "customer", "account", "member", "sender", "person")
_HASHES = ("pbkdf2_sha", "argon2$", "bcrypt_sha", "scrypt$", "$argon2")
_GONE = (404, 410)
_OWN_OBJECTS = "Look the object up among those of whoever asks (`get_queryset`), and check the right on the object."
_LOG_IN = "Ask for a log-in, or say in the document that none is needed."


@dataclass(frozen=True, slots=True)
class Owned:
    """An object of somebody's. ``field`` is what names its owner, "" if nothing does; ``other`` names another there."""

    made: Made
    field: str = ""
    other: Any = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody tried on an object of another, and whether it had an effect."""

    who: Person
    reply: Reply
    effect: bool


def owner_field(one: Mapping[str, Any], owner: Person, other: Mapping[str, Any] | None, peer: Person | None) -> str:
    """The field that names whose an object is: it names its maker, or differs with the maker and is called so."""
    for name, value in one.items():
        if owner.username and _names(value, owner.username) and name not in ("title", "body", "text"):
            return name
        differs = other is not None and value is not None and other.get(name) not in (None, value)
        if differs and peer is not None and name.lower().removesuffix("_id") in _OWNER_NAMES:
            return name
    return ""


def _names(value: Any, username: str) -> bool:
    return value == username or (isinstance(value, dict) and username in value.values())


def probe_object(shop: Workshop, owned: Owned, others: tuple[Person, ...]) -> Iterator[Finding]:
    """A finding for each way in which one of the others gets at the object and should not. The least come first."""
    made, api = owned.made, shop.api
    hidden = _hidden_from(api, made, others)
    get = made.collection.on_one["get"]
    for who in others:
        reply = api.ask(who, "GET", made.path)
        if not (reply.ok and isinstance(reply.value, dict)):
            continue
        if any(mark in text_of(reply.value) for mark in _HASHES):
            remedy = "Name the fields of the serializer; a password's hash is nobody's to read."
            yield found(
                "password-hash", Severity.HIGH, f"{get.label} shows hashes of passwords.", remedy, 200, reply.curl
            )
        if finding := _judged_read(shop.document, get, who, who in hidden, reply):
            yield finding
            break
    for method in ("patch", "put", "delete"):
        if operation := made.collection.on_one.get(method):
            attempts = [*_attempts(shop, owned, operation, others)]
            if finding := _judged_change(shop.document, operation, owned, attempts, hidden):
                yield finding


def _hidden_from(api: Api, made: Made, others: tuple[Person, ...]) -> frozenset[Person]:
    """Those in whose list the object is not, though it is in its owner's."""
    if listed(api, made.owner, made.collection, made.value) is not True:
        return frozenset()
    return frozenset(who for who in others if listed(api, who, made.collection, made.value) is False)


def _judged_read(document: Document, operation: Operation, who: Person, hidden: bool, reply: Reply) -> Finding | None:
    if hidden:
        message = f"{operation.label} shows {who.label} an object that the list keeps from them."
        return found("idor", Severity.HIGH, message, _OWN_OBJECTS, 639, reply.curl)
    if not who.level and asks_for_login(document, operation):
        message = f"{operation.label} answers {who.label}; the document says that it asks for a log-in."
        return found("no-login", Severity.MEDIUM, message, _LOG_IN, 306, reply.curl)
    return None


def asks_for_login(document: Document, operation: Operation) -> bool:
    """Whether the document says so of an operation: some security, and no way without."""
    said = document.security(operation)
    return bool(said) and all(isinstance(one, dict) and one for one in said or ())


def _attempts(shop: Workshop, owned: Owned, operation: Operation, others: tuple[Person, ...]) -> Iterator[Attempt]:
    """By each of the others in turn, to the first that has an effect."""
    for who in others:
        attempt = _attempt(shop, owned.made, operation, who)
        yield attempt
        if attempt.effect:
            return


def _attempt(shop: Workshop, made: Made, operation: Operation, who: Person) -> Attempt:
    """One change, and what its owner sees of it afterwards."""
    api, method = shop.api, operation.method.upper()
    if method == "DELETE":
        reply = api.ask(who, method, made.path)
        return Attempt(who, reply, reply.ok and api.ask(made.owner, "GET", made.path).status in _GONE)
    field = _text_field(shop.document, operation, made)
    if not field:
        return Attempt(who, Reply(0, None, ""), False)
    mark = f"changed-{shop.random.getrandbits(40):010x}"
    body = {field: mark} if method == "PATCH" else {**made.sent, field: mark}
    reply = api.ask(who, method, made.path, body)
    return Attempt(who, reply, reply.ok and api.ask(made.owner, "GET", made.path).get(field) == mark)


def _text_field(document: Document, operation: Operation, made: Made) -> str:
    """A field of plain text that may be sent and is shown; "" where there is none."""
    for name, schema in properties_of(document, body_schema(document, operation)).items():
        plain = not {"format", "enum", "pattern"} & schema.keys() and schema.get("maxLength", 99) >= 20
        if plain and not schema.get("readOnly") and isinstance(made.value.get(name), str) and name != "slug":
            return name
    return ""


def _judged_change(
    document: Document, operation: Operation, owned: Owned, attempts: list[Attempt], hidden: frozenset[Person]
) -> Finding | None:
    """Of the last attempt, if it had an effect that something speaks against."""
    last = attempts[-1] if attempts else None
    if last is None or not last.effect:
        return None
    who, kind = last.who, "deletes" if operation.method == "delete" else "changes"
    message = f"{operation.label} {kind} an object of {owned.made.owner.label} for {who.label}"
    if not who.level and asks_for_login(document, operation):
        message += "; the document says that it asks for a log-in."
        return found("no-login", Severity.HIGH, message, _LOG_IN, 306, last.reply.curl)
    if who in hidden:
        message += ", from whom the list keeps it."
        return found("idor", Severity.HIGH, message, _OWN_OBJECTS, 639, last.reply.curl)
    if not owned.field:
        return None
    severity = _graveness(document, operation, attempts)
    message += f", though `{owned.field}` says whose it is."
    return found("idor", severity, message, _OWN_OBJECTS, 639, last.reply.curl)


def _graveness(document: Document, operation: Operation, attempts: list[Attempt]) -> Severity:
    """Of a change to what names its owner, by the refusals that the document knows.

    Without a 403 in it everybody may, as in a wiki. Where a weaker role is refused the 403 may be meant for that role.
    """
    if not attempts[-1].who.level:
        return Severity.HIGH
    if "403" not in document.responses(operation):
        return Severity.NOTE
    weaker_refused = any(attempt.who.level and attempt.reply.status == 403 for attempt in attempts)
    return Severity.MEDIUM if weaker_refused else Severity.HIGH
