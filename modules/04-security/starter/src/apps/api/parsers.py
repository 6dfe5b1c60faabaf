"""JSON that all behind it can hold, be it in Python, in the database or in an answer."""

from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

# Deeper than anything of ours, and nowhere near what recursion takes.
DEEPEST = 20


class PlainJSONParser(JSONParser):
    """JSON by RFC 8259, for exchange: its texts are Unicode, its depth is limited."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        """The value. Raises ParseError."""
        try:
            data = super().parse(*args, **kwargs)
        except RecursionError:
            raise _too_deep() from None
        check(data)
        return data


def check(data: Any) -> None:
    """Raise ParseError if it goes too deep, or has half of a surrogate pair in it."""
    waiting = [(data, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST:
            raise _too_deep()
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, list):
            waiting += [(item, depth + 1) for item in value]
        elif isinstance(value, dict):
            waiting += [(part, depth + 1) for pair in value.items() for part in pair]


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ParseError("JSON parse error - half of a surrogate pair.") from None


def _too_deep() -> ParseError:
    return ParseError(f"JSON parse error - nested deeper than {DEEPEST}.")
