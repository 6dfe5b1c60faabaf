"""The SQL functions that Django gives each of its SQLite connections, so that a schema which calls them can be read.

Constraints, indexes and generated columns that migrations make may call any of them. Names, numbers of arguments and
results are those of Django; nothing of the project's or of Django's is imported here. What a function raises is the
failure of the statement, as it is in the project.
"""

from __future__ import annotations

import hashlib
import math
import operator
import re
import types

from . import moments
from .moments import extract, local, readable, time_of_day

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping
    from typing import Any


def register(base: sqlite3.Connection) -> None:
    """Gives the connection each of these functions that SQLite has not got by itself, and takes away what reaches far.

    In a constraint SQLite calls those as well, for all that it has marked them for direct use, and asks no authorizer.
    """
    for name in ("load_extension", "fts3_tokenizer"):
        for arguments in (1, 2):
            base.create_function(name, arguments, refuse)
    has_mathematics = base.execute("SELECT sqlite_compileoption_used('ENABLE_MATH_FUNCTIONS')").fetchone()[0]
    for table in (FUNCTIONS, {} if has_mathematics else MATHEMATICS):
        for name, (arguments, function) in table.items():
            base.create_function(name, arguments, function, deterministic=True)
    for name, draw in DRAWN.items():
        base.create_function(name, 0, draw)
    for name, aggregate in AGGREGATES.items():
        base.create_aggregate(name, 1, aggregate)


def strict(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which gives NULL when an argument is NULL."""
    return lambda *given: None if None in given else function(*given)


def refuse(*given: Any) -> None:
    """In the place of a function that nobody has."""
    raise PermissionError("no statement calls this")


def pad_left(text: str, length: int, fill: str) -> str:
    """The text, filled up at its left, or cut."""
    missing = length - len(text)
    return (fill * length)[:missing] + text if missing > 0 else text[:length]


def digest(name: str) -> Callable[[str], str]:
    """The function that gives that hash of a text, as hexadecimal digits."""
    return lambda text: hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


def random_number() -> float:
    """A number from 0 to 1, without 1."""
    import random

    return random.random()


def random_uuid(version: int = 4) -> str:
    """A UUID, as Django writes it."""
    import uuid

    return str(getattr(uuid, f"uuid{version}")().hex)


class Collected:
    """An aggregate that is computed of all values at its end: the first of them."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def step(self, value: Any) -> None:
        """Takes one value."""
        self.values.append(value)

    def finalize(self) -> Any:
        """The result."""
        return self.values[0]


def statistic(name: str) -> type[Collected]:
    """The aggregate that is the function of that name in ``statistics``."""

    def finalize(self: Collected) -> Any:
        import statistics  # takes long, and few schemas need it

        return getattr(statistics, name)(self.values)

    return type(name, (Collected,), {"finalize": finalize})


def folded(combine: Callable[[int, int], int]) -> type[Collected]:
    """The aggregate that combines all values but NULL with one another; NULL if there is none."""

    def finalize(self: Collected) -> int | None:
        found = None
        for value in self.values:
            if value is not None:
                found = value if found is None else combine(found, value)
        return found

    return type(combine.__name__, (Collected,), {"finalize": finalize})


# Each with the number of its arguments. Those that are not strict may be given NULL for a time zone.
FUNCTIONS: Mapping[str, tuple[int, Callable[..., Any]]] = types.MappingProxyType(
    {
        "django_date_extract": (2, lambda unit, value: extract(unit, local(value))),
        "django_date_trunc": (4, moments.truncate_date),
        "django_datetime_cast_date": (3, moments.cast_date),
        "django_datetime_cast_time": (3, moments.cast_time),
        "django_datetime_extract": (4, lambda unit, *given: extract(unit, local(*given))),
        "django_datetime_trunc": (4, moments.truncate_moment),
        "django_time_extract": (2, lambda unit, value: extract(unit, readable(time_of_day, value))),
        "django_time_trunc": (4, moments.truncate_time),
        "django_time_diff": (2, strict(moments.time_difference)),
        "django_timestamp_diff": (2, strict(moments.difference)),
        "django_format_dtdelta": (3, strict(moments.combine)),
        "regexp": (2, strict(lambda pattern, text: bool(re.search(pattern, str(text))))),
        "BITXOR": (2, strict(operator.xor)),
        "COT": (1, strict(lambda x: 1 / math.tan(x))),
        "LPAD": (3, strict(pad_left)),
        "RPAD": (3, strict(lambda text, length, fill: (text + fill * length)[:length])),
        "REPEAT": (2, strict(operator.mul)),
        "REVERSE": (1, strict(lambda text: text[::-1])),
        "SIGN": (1, strict(lambda x: (x > 0) - (x < 0))),
        **{name.upper(): (1, strict(digest(name))) for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")},
    }
)
# For a SQLite that was built without them.
OF_ONE_NUMBER = ("acos", "asin", "atan", "cos", "degrees", "exp", "floor", "radians", "sin", "sqrt", "tan")
MATHEMATICS: Mapping[str, tuple[int, Callable[..., Any]]] = types.MappingProxyType(
    {
        **{name.upper(): (1, strict(getattr(math, name))) for name in OF_ONE_NUMBER},
        "ATAN2": (2, strict(math.atan2)),
        "CEILING": (1, strict(math.ceil)),
        "LN": (1, strict(math.log)),
        "LOG": (2, strict(lambda base, x: math.log(x, base))),
        "MOD": (2, strict(math.fmod)),
        "PI": (0, lambda: math.pi),
        "POWER": (2, strict(operator.pow)),
    }
)
# Another result each time. Django has the second kind of UUID where Python has.
DRAWN: Mapping[str, Callable[[], Any]] = types.MappingProxyType(
    {"RAND": random_number, "UUIDV4": random_uuid, "UUIDV7": lambda: random_uuid(7)}
)
AGGREGATES: Mapping[str, type[Collected]] = types.MappingProxyType(
    {
        "STDDEV_POP": statistic("pstdev"),
        "STDDEV_SAMP": statistic("stdev"),
        "VAR_POP": statistic("pvariance"),
        "VAR_SAMP": statistic("variance"),
        "ANY_VALUE": Collected,
        "BIT_AND": folded(operator.and_),
        "BIT_OR": folded(operator.or_),
        "BIT_XOR": folded(operator.xor),
    }
)
