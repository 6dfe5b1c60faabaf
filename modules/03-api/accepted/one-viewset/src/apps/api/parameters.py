"""The parameters of lists: how each is read, what it filters, and what the document says of it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from api.serializers import is_storable
from django.db.models import Q, QuerySet
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

_INTEGER = re.compile(r"-?[0-9]{1,9}")
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)


def refuse(name: str, message: str, code: str = "invalid") -> ValidationError:
    """A 400 that names the parameter."""
    return ValidationError({name: [ErrorDetail(message, code)]})


def text(value: str) -> str:
    """Any text that can be stored, so that one can look for it."""
    if not is_storable(value):
        raise ValueError("This is no text that anything could have.")
    return value


def integer(value: str) -> int:
    """A whole number of at most nine digits."""
    if not _INTEGER.fullmatch(value):
        raise ValueError("This is a whole number.")
    return int(value)


def truth(value: str) -> bool:
    """`true` or `false`."""
    return one_of("true", "false")(value) == "true"


def one_of(*known: str) -> Callable[[str], str]:
    """One of these texts."""

    def read(value: str) -> str:
        if value not in known:
            raise ValueError(f"This is one of: {', '.join(known)}.")
        return value

    return read


def between(low: int, high: int) -> Callable[[str], int]:
    """A whole number from `low` to `high`."""

    def read(value: str) -> int:
        number = integer(value)
        if not low <= number <= high:
            raise ValueError(f"This is a number from {low} to {high}.")
        return number

    return read


def moment(value: str) -> datetime:
    """A time as in RFC 3339, with its offset."""
    complaint = "This is a time like 2026-01-31T12:00:00Z, with an offset."
    found = _TIME.fullmatch(value)
    if not found:
        raise ValueError(complaint)
    day, minute, second, fraction, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    if minute >= "24" or int(second) > 60 or int(hours or 0) > 23 or int(minutes or 0) > 59:
        raise ValueError(complaint)
    before_christ = day.startswith("0000")  # no year of Python's
    try:
        time = datetime.fromisoformat(f"{day.replace('0000', '0004', 1)}T{minute}:00+00:00")
    except ValueError:
        raise ValueError(complaint) from None
    # Stored times have six digits; whatever is beyond makes it later than the one with six.
    digits = (fraction or "").ljust(7, "0")
    micro = int(digits[:6]) + bool(digits[6:].strip("0"))
    try:
        time += timedelta(seconds=int(second), microseconds=micro)
        time += offset if sign == "-" else -offset
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if time.year > 1 else _BEGINNING
    return _BEGINNING if before_christ else time


_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Parameter:
    """One parameter: `read` makes its value or raises ValueError, `rows` leaves the rows."""

    read: Callable[[str], Any]
    rows: Callable[[QuerySet, Any], QuerySet]
    schema: Mapping[str, Any]
    about: str
    empty_is_all: bool = False


def value_of(request: Request, name: str, read: Callable[[str], Any]) -> Any:
    """The value of a parameter, or None where it is not sent."""
    sent = request.query_params.get(name)
    if sent is None:
        return None
    try:
        return read(sent)
    except ValueError as error:
        raise refuse(name, str(error)) from error


def document(name: str, schema: Mapping[str, Any], about: str, **more: Any) -> dict[str, Any]:
    """A parameter as the OpenAPI document has it."""
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": about,
        "schema": dict(schema),
        **more,
    }


class Filters(BaseFilterBackend):
    """Reads `parameters` and `orderings` of the view's lists. Single objects are not filtered."""

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        """The rows that all parameters leave, in the order that was asked for."""
        if view.action != "list":
            return queryset
        errors: dict[str, Any] = {}
        for name, parameter in view.parameters.items():
            if parameter.empty_is_all and request.query_params.get(name) == "":
                continue
            try:
                value = value_of(request, name, parameter.read)
            except ValidationError as error:
                errors |= error.detail
                continue
            if value is not None:
                queryset = parameter.rows(queryset, value)
        order = view.order
        if view.orderings:
            try:
                name = value_of(request, "ordering", one_of(*self._names(view)))
            except ValidationError as error:
                errors |= error.detail
            else:
                order = (name, view.among_equals) if name else order
        if errors:
            raise ValidationError(errors)
        return queryset.order_by(*order)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """What the document says."""
        found = [
            document(name, one.schema, one.about, allowEmptyValue=one.empty_is_all)
            for name, one in view.parameters.items()
        ]
        if view.orderings:
            schema = {"type": "string", "enum": self._names(view)}
            found.append(document("ordering", schema, "The order; - is descending."))
        return found

    def _names(self, view: Any) -> list[str]:
        return [sign + name for name in view.orderings for sign in ("", "-")]


TEXT = {"type": "string"}
TIME = {"type": "string", "format": "date-time"}


def condition(make: Callable[[Any], Q]) -> Callable[[QuerySet, Any], QuerySet]:
    """Rows of which this is true."""
    return lambda rows, value: rows.filter(make(value))


def belongs_to(path: str, model: Callable[[], Any], key: str) -> Callable[[QuerySet, Any], QuerySet]:
    """Rows that point to the one row with this value; it is looked up first, so that the database
    knows which one it is when it plans how to find the rest.
    """

    def rows(queryset: QuerySet, value: str) -> QuerySet:
        found = model().objects.filter(**{key: value}).values_list("pk", flat=True)
        pk = found.first()
        return queryset.none() if pk is None else queryset.filter(**{path: pk})

    return rows
