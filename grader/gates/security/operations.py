"""The operations of an API by its document, asked by everybody for the objects of everybody."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode

from grader.domain.findings import Finding, Severity
from grader.gates.contract.document import Document
from grader.gates.security.assignment import probe_assignment, probe_registration, probe_rights
from grader.gates.security.exchange import NOBODY, SOURCE, Api, Person, curl, found
from grader.gates.security.idor import Owned, owner_field, probe_object
from grader.gates.security.objects import Collection, Made, Workshop, collections_of
from grader.gates.security.verbs import probe_override

_OWN = re.compile(r"(/[^{}]*/)(?:me|profile|account|user)/?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who asks: one of each role, the least first, and a second of each by role. ``cookies`` are theirs, by name."""

    people: Sequence[Person]
    peers: Mapping[str, Person]
    cookies: Mapping[str, Mapping[str, str]]
    highest: str = "admin"


def probe_operations(api: Api, document: Document, cast: Cast, random: Random) -> Iterator[Finding]:
    """A finding for each thing that the API does for somebody, against its document or its own answers."""
    shop = Workshop(api, document, cast.people, random)
    known = collections_of(document)
    shop.fill([one for one in known if "post" in one.on_all])
    asked = []
    for owned in (*_accounts(shop, cast, known), *_objects(shop, cast, known)):
        asked.append(owned.made.collection.path)
        yield from _probe_owned(shop, owned, cast)
    for path in _own_paths(document):
        yield from probe_rights(api, cast.people[0], path, cast.highest)
    for operation in [o for o in document.operations() if o.method == "post" and "{" not in o.path]:
        yield from probe_registration(shop, NOBODY, operation, cast.highest)
    missed = sorted({one.path for one in known} - set(asked))
    yield _note(asked, missed)


def _note(asked: list[str], missed: list[str]) -> Finding:
    message = f"Objects of others were asked for in {', '.join(dict.fromkeys(asked)) or 'no collection'}."
    if missed:
        message += f" None could be made in {', '.join(missed)}."
    return Finding("probes.objects", message[:300], Severity.NOTE, source=SOURCE)


def _own_paths(document: Document) -> Iterator[str]:
    for operation in document.operations():
        if operation.method == "get" and _OWN.fullmatch(operation.path):
            yield operation.path


def _objects(shop: Workshop, cast: Cast, known: Sequence[Collection]) -> Iterator[Owned]:
    """In each collection, an object of the least powerful who may make one."""
    for collection in (one for one in known if "post" in one.on_all):
        made = next((new for who in cast.people if (new := shop.make(collection, who))), None)
        if made is not None:
            peer = cast.peers.get(made.owner.role)
            second = shop.make(collection, peer) if peer else None
            name = owner_field(made.value, made.owner, second.value if second else None, peer)
            yield Owned(made, name, second.value.get(name) if second and name else None)


def _accounts(shop: Workshop, cast: Cast, known: Sequence[Collection]) -> Iterator[Owned]:
    """The account of the least powerful, where it has an address beside ``me``."""
    who = cast.people[0]
    for path in _own_paths(shop.document):
        match = _OWN.fullmatch(path)
        collection = next((one for one in known if match and one.path.rstrip("/") == match[1].rstrip("/")), None)
        value = shop.api.ask(who, "GET", path)
        for identity in (value.get(name) for name in ("id", "pk", "uuid", "username")):
            if collection is None or not isinstance(identity, (int, str)):
                continue
            address = collection.address(identity)
            reply = shop.api.ask(who, "GET", address)
            if reply.ok and isinstance(reply.value, dict) and reply.value.get("username") == who.username:
                yield Owned(Made(collection, who, {}, reply.value, address), "username")
                break


def _probe_owned(shop: Workshop, owned: Owned, cast: Cast) -> Iterator[Finding]:
    made = owned.made
    lower = [who for who in cast.people if who.level < made.owner.level]
    peer = cast.peers.get(made.owner.role)
    yield from _forged(shop, made, cast)
    if made.sent:
        yield from probe_assignment(shop, owned)
    yield from probe_object(shop, owned, (NOBODY, *lower, *([peer] if peer else [])))
    if made.sent and "delete" in made.collection.on_one and (fresh := shop.make(made.collection, made.owner)):
        yield from probe_override(shop.api, fresh)


def _forged(shop: Workshop, made: Made, cast: Cast) -> Iterator[Finding]:
    """An object made by a form of another site, by nothing but the cookies of whoever is logged in."""
    cookies = cast.cookies.get(made.owner.role)
    if not cookies or not made.sent:
        return
    form = {name: value for name, value in made.sent.items() if isinstance(value, (str, int))}
    form |= {name: f"{value}-{shop.random.getrandbits(20)}" for name, value in form.items() if _is_own_text(value)}
    body, path = urlencode(form).encode(), made.collection.path
    strange = {
        "Origin": "https://elsewhere.example",
        "Referer": "https://elsewhere.example/",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    with_cookies = shop.api.send("POST", path, {**cookies, **strange}, body)
    if with_cookies is None or not 200 <= with_cookies.status_code < 300:
        return
    without = shop.api.send("POST", path, strange, body)
    if without is not None and without.status_code >= 400:
        message = f"POST {path} is answered with {with_cookies.status_code} when another site sends a form."
        command = curl("POST", path, {**cookies, **strange}, body, made.owner.role)
        remedy = "Check the CSRF token wherever a session is enough, and take `csrf_exempt` away."
        yield found("csrf", Severity.HIGH, message, remedy, 352, command)


def _is_own_text(value: object) -> bool:
    return isinstance(value, str) and value.startswith("note-")
