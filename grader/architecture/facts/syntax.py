"""From bytes to a syntax tree, also of a Python that is newer than the one that reads."""

import ast
import codecs
import contextlib
import io
import re
import sys
import tokenize
import warnings

from grader.reader.documents import Problem

MOST_CHARACTERS = 1 << 19  # no person reads half a megabyte of one module
# `except A, B:` (PEP 758) and t"…" (PEP 750) are new in 3.14. They are only tried where the text is no Python else.
_UNPARENTHESISED = re.compile(r"(?m)^([ \t]*except\*?[ \t]+)([^():#\n]+,[^():#\n]+)(:)")
_TEMPLATE = re.compile(r"""(?<![\w"'])(?:[tT]([rR]?)|([rR])[tT])(?=["'])""")


def make_ready() -> None:
    """Load what is imported when it is first used: later there are no files to import."""
    for name in ("utf-8", "utf-8-sig", "latin-1", "cp1252", "ascii", "iso-8859-15"):
        codecs.lookup(name)
    # A warning, a name that is normalised, a name of a character, and what is no Python.
    for text in ("print('\\d')", "größe = 1", "'\\N{BULLET}'"):
        syntax_tree(f"# -*- coding: utf-8 -*-\n{text}\n".encode())
    with contextlib.suppress(Problem):
        syntax_tree(b"def f(:\n")


def syntax_tree(data: bytes) -> ast.Module:
    """The module as a tree.

    Raises:
        Problem: it is no Python, or larger than ``MOST_CHARACTERS``.
    """
    source = _text(data)
    if len(source) > MOST_CHARACTERS:
        raise Problem(f"it has more than {MOST_CHARACTERS:,} characters")
    try:
        return _parsed(source)
    except SyntaxError as wrong:
        newer = _TEMPLATE.sub(r"f\1\2", _UNPARENTHESISED.sub(r"\1(\2)\3", source))
        if newer != source:
            try:
                return _parsed(newer)
            except (SyntaxError, ValueError):
                pass
        version = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
        raise Problem(f"it is no {version}: {wrong.msg}", wrong.lineno) from None
    except ValueError as wrong:
        raise Problem(f"it is no Python: {wrong}") from None


def _parsed(source: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def _text(data: bytes) -> str:
    """The source by the encoding that it declares (PEP 263), UTF-8 where it declares none."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding)
    except (SyntaxError, LookupError, UnicodeDecodeError) as wrong:
        wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        raise Problem("it is UTF-16: save it as UTF-8" if wide else f"it is no text of Python: {wrong}") from None
