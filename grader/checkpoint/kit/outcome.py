"""The verbs that end a check in plain words."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from grader.agent.raised import Frame, Raised
from grader.domain.comparison import difference
from grader.domain.evidence import Location
from grader.domain.words import code_list, field_list, same, words
from grader.stage.outcome import Failed

# A list of tuples of names, as Python writes it; names of columns and files, so nothing that needs quotes of its own.
_TUPLE = re.compile(r"\((?:'[^'\\]{1,200}'(?:, |,(?=\))|(?=\)))){1,20}\)")
_TUPLES = re.compile(rf"\[(?:{_TUPLE.pattern}(?:, |(?=\]))){{0,50}}\]")
_TEXT = re.compile(r"'([^'\\]{1,200})'")
_PLACE = re.compile(r"(.+):([0-9]{1,9})", re.DOTALL)


def fail(*, expected: str, observed: object, where: str | Location | Frame | None = None) -> NoReturn:
    """Ends the check as failed. ``where`` is ``path`` or ``path:line`` in the submission."""
    said = as_read(observed) if isinstance(observed, str) else words(observed)
    raise Failed(as_read(expected), said, location(where))


def as_read(sentence: str) -> str:
    """The sentence with lists of tuples as one reads them: ``[('a', 'b'), ('c',)]`` is ``(a, b); (c)``, ``[]`` none."""
    return _TUPLES.sub(lambda found: "; ".join(_tuple(each) for each in _TUPLE.findall(found[0])) or "none", sentence)


def _tuple(written: str) -> str:
    return f"({', '.join(_TEXT.findall(written))})"


def location(where: str | Location | Frame | None) -> Location | Frame | None:
    """``path:line`` or ``path`` as a location."""
    if not isinstance(where, str):
        return where
    found = _PLACE.fullmatch(where)
    return Location(found[1], int(found[2])) if found else Location(where)


def expect(observed: Any, *, equal_to: Any, because: str = "") -> None:
    """Fails unless both are equal and of one type, all the way down (``True`` is not ``1``)."""
    if not same(observed, equal_to):
        if found := difference(equal_to, observed):
            raise Failed(found[0] + (f": {because}" if because else ""), found[1])
        raise Failed(words(equal_to) + (f": {because}" if because else ""), words(observed))


def expect_that(holds: bool, *, expected: str, observed: object) -> None:
    """Fails in these words unless ``holds``."""
    if not holds:
        fail(expected=expected, observed=observed)


@contextmanager
def refuses(field: str | None = None, *, code: str | None = None) -> Iterator[None]:
    """The block has to raise a ValidationError on ``field`` (``None``: on any), with ``code`` if one is named."""
    expected = "a ValidationError" + (f" on `{field}`" if field else "") + (f" with code `{code}`" if code else "")
    try:
        yield
    except Raised as raised:
        if not raised.is_a("django.core.exceptions.ValidationError"):
            raise
        _check_fields(raised, field, code, expected)
        return
    raise Failed(expected, "it was accepted")


def _check_fields(raised: Raised, field: str | None, code: str | None, expected: str) -> None:
    found = raised.fields if field is None else {field: raised.fields[field]} if field in raised.fields else {}
    if field is not None and not found:
        raise Failed(*_elsewhere(raised, field, expected), raised.where)
    codes = [c for messages in found.values() for c, _ in messages]
    if code is not None and code not in codes:
        raise Failed(expected, f"a ValidationError with code {code_list(codes)}", raised.where)


def _elsewhere(raised: Raised, field: str, expected: str) -> tuple[str, str]:
    """Expected and observed of a refusal that stands somewhere else than beside its field."""
    if set(raised.fields) == {"__all__"}:
        return f"{expected}: people need it beside that field", "refused under `__all__`, beside no field"
    return expected, f"a ValidationError on {field_list(raised.fields)} only"


@contextmanager
def raises(name: str) -> Iterator[None]:
    """The block has to raise an exception of that class (last part of its name, or dotted in full) or one below it."""
    try:
        yield
    except Raised as raised:
        if raised.is_a(name):
            return
        raise Failed(_is_raised(name), f"{raised.type} is raised", raised.where, raised) from None
    raise Failed(_is_raised(name), "nothing is raised")


def _is_raised(name: str) -> str:
    return f"{name.rpartition('.')[2]} is raised"
