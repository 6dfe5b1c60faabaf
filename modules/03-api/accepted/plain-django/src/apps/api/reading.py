"""Reads bodies: JSON as RFC 8259 has it, and then fields of the right type."""

import hashlib
import json
import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from api.problems import Complaint, Problem, invalid
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from django.http import HttpRequest

DEEPEST = 100
_TOKENS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Number:
    """A number that is no small integer; only ever compared."""

    text: str


def _canonical(literal: str) -> str:
    """One spelling for each value: 1.50, 15e-1 and 1.5 are the same."""
    mantissa, _, exponent = literal.lower().partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return "0"
    if len(exponent) > 18:
        return f"{sign}{digits}~{len(fraction)}e{exponent}"
    shift = int(exponent or 0) - len(fraction)
    short = digits.rstrip("0")
    return f"{sign}{short}e{shift + len(digits) - len(short)}"


def _integer(literal: str) -> int | Number:
    return int(literal) if len(literal) <= 40 else Number(_canonical(literal))


def _real(literal: str) -> Number:
    return Number(_canonical(literal))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _depth(text: str) -> int:
    depth = deepest = 0
    for token in _TOKENS.finditer(text):
        if token[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in "]}":
            depth -= 1
    return deepest


def parse(raw: bytes) -> Any:
    """The JSON value; Problem if it is none, or one that is nested too deep."""
    try:
        text = raw.decode("utf-8")
        if _depth(text) > DEEPEST:
            raise Problem(400, "too_deep", f"More than {DEEPEST} levels of nesting.")
        return json.loads(text, parse_int=_integer, parse_float=_real, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "not_json", "The body is not JSON in UTF-8.") from error


def body(request: HttpRequest) -> Any:
    """The JSON value of the request's body, read once."""
    if not hasattr(request, "_api_body"):
        if request.content_type != "application/json":
            raise Problem(415, "unsupported_media_type", "Send the body as application/json.")
        request._api_body = parse(request.body)  # type: ignore[attr-defined]
    return request._api_body  # type: ignore[attr-defined]


def fingerprint(value: Any) -> str:
    """Equal for equal JSON values, and for no others."""
    digest = hashlib.sha256()

    def feed(value: Any) -> None:
        match value:
            case dict():
                digest.update(b"{")
                for name in sorted(value):
                    feed(name)
                    feed(value[name])
                digest.update(b"}")
            case list():
                digest.update(b"[")
                for item in value:
                    feed(item)
                digest.update(b"]")
            case str():
                data = value.encode("utf-8", "surrogatepass")
                digest.update(b"s%d:" % len(data) + data)
            case bool() | None:
                digest.update(f"c{value};".encode())
            case Number():
                digest.update(f"n{value.text};".encode())
            case _:
                digest.update(f"n{_canonical(str(value))};".encode())

    feed(value)
    return digest.hexdigest()


class Invalid(Exception):
    """A value that a field does not take."""

    def __init__(self, detail: str, code: str) -> None:
        super().__init__(detail)
        self.places = [("", detail, code)]

    @classmethod
    def several(cls, places: list[tuple[str, str, str]]) -> "Invalid":
        """Complaints about parts of the value: ("/0", detail, code)."""
        refusal = cls("", "")
        refusal.places = places
        return refusal


@dataclass(frozen=True)
class Field:
    """One field that may be sent."""

    name: str
    read: Callable[[Any], Any]
    is_required: bool = False


def text(value: Any) -> str:
    """A text that a database can hold."""
    if not isinstance(value, str):
        raise Invalid("This has to be a text.", "type")
    if "\x00" in value:
        raise Invalid("NUL characters are not allowed.", "null_character")
    if _SURROGATE.search(value):
        raise Invalid("Half of a surrogate pair is no character.", "surrogate")
    return value


def truth(value: Any) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise Invalid("This has to be true or false.", "type")
    return value


def row_id(value: Any) -> int:
    """The number of a row."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid("This has to be the number of a row.", "type")
    return value


class Complaints:
    """Everything that is wrong with a body, collected."""

    def __init__(self) -> None:
        self._all: list[Complaint] = []

    def add(self, name: str, detail: str, code: str) -> None:
        """Something is wrong with the field."""
        self._all.append(Complaint(name, detail, code))

    @property
    def names(self) -> set[str]:
        """The fields with which something is wrong."""
        return {complaint.name.partition("/")[0] for complaint in self._all}

    def stop(self) -> None:
        """Raise Problem if anything is wrong."""
        if self._all:
            raise invalid(self._all)

    def take(self, request: HttpRequest, fields: Iterable[Field], *, is_partial: bool) -> dict[str, Any]:
        """The right values among the fields of the body; about others there are complaints."""
        sent = body(request)
        if not isinstance(sent, dict):
            self.add("", "The body has to be an object.", "type")
            self.stop()
        values: dict[str, Any] = {}
        for field in fields:
            if field.name in sent:
                try:
                    values[field.name] = field.read(sent[field.name])
                except Invalid as refusal:
                    for part, detail, code in refusal.places:
                        self.add(f"{field.name}{part}", detail, code)
            elif field.is_required and not is_partial:
                self.add(field.name, "This field is required.", "required")
        return values

    def check(
        self,
        instance: Model,
        *,
        exclude: Iterable[str] = (),
        forgive: Container[str] = (),
    ) -> None:
        """Ask the rules of the domain, too; then raise Problem if anything is wrong.

        The check constraints say nothing that `clean()` and the fields do not say.
        """
        known = self.names
        try:
            instance.full_clean(exclude={*exclude, *known}, validate_constraints=False)
        except ValidationError as refusal:
            for name, errors in refusal.error_dict.items():
                if name in known or name in forgive:
                    continue
                place = "" if name == NON_FIELD_ERRORS else name
                for error in errors:
                    self.add(place, " ".join(error.messages), error.code or "invalid")
        self.stop()
