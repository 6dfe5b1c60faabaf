"""JSON as RFC 8259 has it, and no deeper than anybody needs."""

import json
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any, NoReturn

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

MAX_DEPTH = 100
LONGEST_INTEGER = 1000  # digits; Python itself refuses to convert more than 4300

# Strings are skipped as a whole; possessive, so that no input makes it slow.
BRACKETS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


def depth(text: str) -> int:
    """How deep the brackets nest, without recursion."""
    deepest = level = 0
    for match in BRACKETS.finditer(text):
        if match[0] in ("[", "{"):
            level += 1
            deepest = max(deepest, level)
        elif match[0] in ("]", "}"):
            level -= 1
    return deepest


def _integer(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= LONGEST_INTEGER else Decimal(digits)


def _float(digits: str) -> float | Decimal:
    try:
        number = float(digits)
    except OverflowError:
        number = math.inf
    return number if math.isfinite(number) else _decimal(digits)


def _decimal(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except ArithmeticError:  # an exponent that nothing can hold
        return Decimal("Infinity")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


class StrictJSONParser(BaseParser):
    """UTF-8, no NaN, no Infinity; anything else is a 400."""

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The value that the body holds."""
        try:
            text = stream.read().decode("utf-8")
        except UnicodeDecodeError as exc:
            raise ParseError("The body is not UTF-8.") from exc
        if depth(text) > MAX_DEPTH:
            raise ParseError(f"The body nests deeper than {MAX_DEPTH} levels.")
        try:
            return json.loads(
                text,
                parse_int=_integer,
                parse_float=_float,
                parse_constant=_no_constant,
            )
        except (ValueError, RecursionError) as exc:
            raise ParseError("The body is not JSON.") from exc
