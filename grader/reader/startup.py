"""By which settings a project starts, as its files say: read in the child from Python and ini files. Nothing runs."""

import ast
import configparser
import warnings
from collections.abc import Iterator

from grader.reader.documents import Problem, text

_LONGEST = 200_000
_VARIABLES = {"DJANGO_SETTINGS_MODULE": "settings", "DJANGO_CONFIGURATION": "configuration"}
_NAMES = {"WSGI_APPLICATION": "wsgi", "ASGI_APPLICATION": "asgi"}


def startup(data: bytes) -> dict[str, str]:
    """What manage.py, wsgi.py, asgi.py or a settings module says in plain texts; the first of each counts.

    ``settings`` and ``configuration`` are given to the environment, ``wsgi`` and ``asgi`` are settings.
    """
    found: dict[str, str] = {}
    for name, value in _said(tree(data)):
        if name in _VARIABLES:
            found.setdefault(_VARIABLES[name], value)
        elif name in _NAMES:
            found.setdefault(_NAMES[name], value)
    return found


def ini(data: bytes) -> dict[str, dict[str, str]]:
    """The sections of an ini file, each with its values as texts."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text(data))
    except configparser.Error as wrong:
        raise Problem(str(wrong).splitlines()[0], getattr(wrong, "lineno", None)) from None
    return {name: dict(parser.items(name)) for name in parser.sections()}


def tree(data: bytes) -> ast.AST:
    """A module of Python as data; ``Problem`` where it is none. A byte order mark is no fault of it."""
    source = text(data).removeprefix("\ufeff")
    if len(source) > _LONGEST:
        raise Problem(f"it has more than {_LONGEST:,} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except SyntaxError as wrong:
        raise Problem(f"it is no Python: {wrong.msg}", wrong.lineno) from None
    except ValueError as wrong:
        raise Problem(f"it is no Python: {wrong}") from None


def _said(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Names with the plain text that each is given: setdefault("X", "…"), environ["X"] = "…" and X = "…"."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="setdefault"), args=[ast.Constant(str(name)), ast.Constant(str(value))]
            ):
                yield name, value
            case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(str(name)))], value=ast.Constant(str(value))):
                yield name, value
            case ast.Assign(targets=[ast.Name(name)], value=ast.Constant(str(value))):
                yield name, value
