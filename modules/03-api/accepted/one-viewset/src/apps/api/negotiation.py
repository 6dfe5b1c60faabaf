"""JSON in, JSON out: how a body is read and how an answer is written."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from rest_framework.exceptions import NotAcceptable, ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

MAX_BYTES = 2_500_000
MAX_DEPTH = 100
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


class Negotiation(DefaultContentNegotiation):
    """REST framework's, but whoever takes nothing that we have gets what we have."""

    def select_parser(self, request: Request, parsers: Sequence[Any]) -> Any:
        """None, which means 415, also for a type that cannot be read."""
        try:
            return super().select_parser(request, parsers)
        except (ValueError, LookupError):
            return None

    def select_renderer(
        self,
        request: Request,
        renderers: Sequence[Any],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        """The first one, if there is none that fits."""
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except (NotAcceptable, ValueError, LookupError):
            return renderers[0], renderers[0].media_type


class Renderer(JSONRenderer):
    """JSON that looks the same for everybody, so that equal content has one ETag."""

    def get_indent(self, accepted_media_type: str, renderer_context: Any) -> None:
        """Nobody orders another layout by their Accept header."""
        return


class Parser(BaseParser):
    """JSON (RFC 8259) in UTF-8, and nothing that only Python takes for it."""

    media_type = "application/json"
    renderer_class = JSONParser.renderer_class

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The value; ParseError if there is none."""
        return parse(stream.read(MAX_BYTES + 1))


def parse(raw: bytes, number: Any = None) -> Any:
    """The value of a JSON text. `number` makes something of each number's spelling."""
    if len(raw) > MAX_BYTES:
        raise ParseError("The body is too long.")
    try:
        text = raw.decode()
        if _depth(text) > MAX_DEPTH:
            raise ParseError("The body is nested too deeply.")
        return json.loads(
            text,
            parse_constant=_refuse,
            parse_int=number or _integer,
            parse_float=number or float,
        )
    except (ValueError, RecursionError) as error:
        raise ParseError("The body is not JSON in UTF-8.") from error


def canonical(raw: bytes) -> str:
    """The same for two JSON texts with the same value, whatever they look like."""
    return _canonical(parse(raw, _number))


class _Number(str):
    """The one spelling of a number."""


def _canonical(value: Any) -> str:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        members = (f"{json.dumps(k)}:{_canonical(v)}" for k, v in sorted(value.items()))
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_canonical, value)) + "]"
    return json.dumps(value)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _integer(spelling: str) -> int | float:
    # Python reads no more than 4300 digits; nobody here has a use for as many as 400.
    return int(spelling) if len(spelling) < 400 else float(spelling)


def _number(spelling: str) -> _Number:
    """1.50 and 15e-1 are one number, 1 and 2 are two, however many digits they have."""
    mantissa, _, exponent = spelling.lower().partition("e")
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return _Number("0")
    short = digits.rstrip("0")
    power = len(digits) - len(short) - len(fraction)
    if len(exponent) < 400:
        power += int(exponent or 0)
        exponent = ""
    sign = "-" if mantissa.startswith("-") else ""
    return _Number(f"{sign}{short}e{power}e{exponent}")


def _depth(text: str) -> int:
    depth = deepest = 0
    for bracket in _BRACKET.findall(_TEXT.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest
