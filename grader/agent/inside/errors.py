"""Exceptions as JSON: enough for a sentence to the learner, and nothing that runs the learner's code."""

from __future__ import annotations

import os
import traceback

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


LONGEST_CHAIN = 5


def path_below(root: str, path: str) -> str | None:
    """A path from ``root``, the submission's folder; ``None`` for a file elsewhere, and for ``<frozen …>``."""
    if path.startswith("<"):
        return None
    path = os.path.abspath(path)
    return os.path.relpath(path, root) if path.startswith(root + os.sep) else None


def serialize_exception(error: BaseException, root: str) -> dict[str, Any]:
    """Its type and bases, message, fields (of a ValidationError), constraint, and frames in files below ``root``.

    ``causes`` are the same of what it was raised from or while handling, the nearest first.
    """
    return {**serialize_one(error, root), "causes": [serialize_one(cause, root) for cause in causes_of(error)]}


def causes_of(error: BaseException) -> list[BaseException]:
    """The exceptions behind it, as a traceback names them."""
    found: list[BaseException] = []
    behind: BaseException | None = error
    while len(found) < LONGEST_CHAIN and behind is not None:
        behind = behind.__cause__ or (None if behind.__suppress_context__ else behind.__context__)
        if behind is None or behind is error or behind in found:
            break
        found.append(behind)
    return found


def serialize_one(error: BaseException, root: str) -> dict[str, Any]:
    """The same, without what is behind it."""
    try:
        message = str(error)[:2000]
    except BaseException:
        message = ""
    return {
        "type": type(error).__name__[:100],
        "bases": [f"{c.__module__}.{c.__qualname__}"[:200] for c in type(error).__mro__[:20]],
        "message": message,
        "fields": fields_of(error),
        "constraint": constraint_of(error),
        "frames": [[*f[:2], f[2][:100], f[3][:200]] for f in frames_of(error, root)[-20:]],
    }


def frames_of(error: BaseException, root: str) -> list[tuple[str, int, str, str]]:
    """Path, line, function and text of the submission's frames, outermost first; a syntax error's own place last."""
    frames = [
        (path, frame.lineno or 0, frame.name, frame.line or "")
        for frame in traceback.extract_tb(error.__traceback__)
        if (path := path_below(root, frame.filename))
    ]
    if isinstance(error, SyntaxError) and error.filename and (path := path_below(root, error.filename)):
        frames.append((path, error.lineno or 0, "<module>", (error.text or "").strip()))
    return frames


def fields_of(error: BaseException) -> list[list[Any]]:
    """The messages and codes of a ValidationError, by field; those on the whole under ``__all__``."""
    found = getattr(error, "error_dict", None)
    if found is None and hasattr(error, "error_list"):
        found = {"__all__": error.error_list}
    try:
        return [[str(k), [[str(e.code), " ".join(e.messages)[:300]] for e in v]] for k, v in (found or {}).items()][:50]
    except Exception:
        return []


def constraint_of(error: BaseException) -> list[str]:
    """SQLSTATE, constraint and column of a database's refusal (PostgreSQL), else its message (SQLite)."""
    cause = error.__cause__
    diag = getattr(cause, "diag", None)
    if diag is not None:
        return [str(x or "") for x in (diag.sqlstate, diag.constraint_name, diag.column_name)]
    return ["", str(cause)[:300], ""] if type(cause).__module__ == "sqlite3" else []
