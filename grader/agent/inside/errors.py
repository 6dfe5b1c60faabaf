"""What is told of an exception: enough for a sentence to the learner, and nothing that runs the learner's code."""
# mypy: ignore-errors

import traceback

from .state import inside


def serialize_exception(error):
    """What is told of an exception: its type and bases, fields of a ValidationError, and the learner's frames."""
    frames = [
        [inside(f.filename), f.lineno or 0, f.name, f.line or ""]
        for f in traceback.extract_tb(error.__traceback__)
        if inside(f.filename)
    ]
    if isinstance(error, SyntaxError) and error.filename and inside(error.filename):
        frames.append([inside(error.filename), error.lineno or 0, "<module>", (error.text or "").strip()])
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
        "frames": [[*f[:2], f[2][:100], f[3][:200]] for f in frames[-20:]],
    }


def fields_of(error):
    """The messages and codes of a ValidationError, by field; those on the whole under ``__all__``."""
    found = getattr(error, "error_dict", None)
    if found is None and hasattr(error, "error_list"):
        found = {"__all__": error.error_list}
    try:
        return [[str(k), [[str(e.code), " ".join(e.messages)[:300]] for e in v]] for k, v in (found or {}).items()][:50]
    except Exception:
        return []


def constraint_of(error):
    """SQLSTATE, constraint and column of a database's refusal (PostgreSQL), else its message (SQLite)."""
    cause = error.__cause__
    diag = getattr(cause, "diag", None)
    if diag is not None:
        return [str(x or "") for x in (diag.sqlstate, diag.constraint_name, diag.column_name)]
    return ["", str(cause)[:300], ""] if type(cause).__module__ == "sqlite3" else []
