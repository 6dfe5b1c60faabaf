"""The text of a CREATE TABLE as SQLite keeps it, read once from its beginning to its end."""

from collections.abc import Iterator

_CLOSING = {'"': '"', "'": "'", "`": "`", "[": "]"}


def named_checks(text: str) -> list[tuple[str, str]]:
    """The checks of the table that have a name, as (name, ``(condition)``); takes time in proportion to the text."""
    found: list[tuple[str, str]] = []
    depth, begins, level, name = 0, -1, 0, ""
    last = ""
    for token, start, end in _tokens(text):
        if token == "(":
            if begins < 0 and last.upper() == "CHECK":
                begins, level = start, depth
            depth += 1
        elif token == ")":
            depth -= 1
            if begins >= 0 and depth == level:
                found += [(name, text[begins:end])] if name else []
                begins, name = -1, ""
        elif begins < 0:
            name = _unquoted(token) if last.upper() == "CONSTRAINT" else "" if token == "," else name
        last = token
    return found


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """The parts of a statement with their places: words, quoted names and texts, single characters."""
    at, length = 0, len(text)
    while at < length:
        start, first = at, text[at]
        at = _closed(text, at) if first in _CLOSING else at + 1
        if _is_word(first):
            while at < length and _is_word(text[at]):
                at += 1
        if not first.isspace():
            yield text[start:at], start, at


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _closed(text: str, at: int) -> int:
    """The place behind a quoted part: a doubled quote inside it does not end it."""
    end = _CLOSING[text[at]]
    at = text.find(end, at + 1)
    while at >= 0 and end != "]" and text[at + 1 : at + 2] == end:
        at = text.find(end, at + 2)
    return len(text) if at < 0 else at + 1


def _unquoted(token: str) -> str:
    if token[0] not in _CLOSING or len(token) < 2:
        return token
    return token[1:-1].replace(token[0] * 2, token[0])
