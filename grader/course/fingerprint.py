"""A fingerprint of the grader: another one means that a verdict could come out otherwise."""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from grader.pipeline.key import measuring_files


@cache
def grader_fingerprint() -> str:
    """Of the grader's code and its tools' configuration, as far as it can change a verdict: 16 hexadecimal digits.

    Comments, docstrings and layout are not in it, and it is the same on every version of Python.
    """
    return fingerprint(measuring_files())


def fingerprint(files: list[Path]) -> str:
    """Of these files, in their order: of modules what they do, of all others every byte."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0")
        if path.suffix != ".py":
            digest.update(hashlib.sha256(path.read_bytes()).digest())
            continue
        for word in program_words(ast.parse(path.read_text("utf-8"))):
            digest.update(word.encode() + b"\0")
    return digest.hexdigest()[:16]


def program_words(node: ast.AST) -> Iterator[str]:
    """The program, node by node, without docstrings.

    Not by ``ast.dump``, which writes empty fields on some versions of Python only.
    """
    yield type(node).__name__
    for name, value in ast.iter_fields(node):
        parts = value if isinstance(value, list) else [] if value is None else [value]
        if name == "body" and parts and _is_text(parts[0]):
            parts = parts[1:]
        if parts and name not in ("kind", "type_comment", "ctx"):
            yield f"{name}:{len(parts)}"
        for part in parts:
            if isinstance(part, ast.AST):
                yield from program_words(part)
            elif name not in ("kind", "type_comment"):
                yield f"{type(part).__name__} {part!r}"


def _is_text(node: object) -> bool:
    """Whether it is a text that stands by itself: a docstring, where it comes first."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
