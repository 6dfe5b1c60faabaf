"""What stands behind a project that does not start, by its commonest kinds, and what a learner does about each.

A kind is a function from the situation to its words, or ``None``; the first that has words is right.
"""

import re
import sys
from collections.abc import Callable

from grader.checkpoint.diagnosis import missing
from grader.checkpoint.diagnosis.raising import is_manager, unknown_field, unknown_name
from grader.checkpoint.diagnosis.situation import Remedy, Situation
from grader.domain.evidence import Location

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
_VARIABLE = re.compile(r"Set the (\w{1,100}) environment variable")
_KEY = re.compile(r"'(\w{1,100})'")
_NEWER = re.compile(r"multiple exception types must be parenthesized|positional patterns follow|\bt['\"]")
_ENCODING = re.compile(r"null bytes|\(unicode error\)|Non-UTF-8 code|codec can't decode")
_INTERACTIVE = re.compile(r"name '(exit|quit|help|copyright|credits|license)' is not defined")
_MARKS = re.compile(r"^(<{7}|>{7})( |$)", re.MULTILINE)


def remedy(situation: Situation) -> Remedy:
    """The words for this situation."""
    return next(found for kind in _KINDS if (found := kind(situation)) is not None)


def imported(situation: Situation) -> Remedy | None:
    """The words for what a module or a table that is first used by a check kept from being used, if it is of a kind."""
    return next((found for kind in _LATER if (found := kind(situation)) and found.observed), None)


def _conflict(situation: Situation) -> Remedy | None:
    if situation.place is None or not situation.any_is("SyntaxError"):
        return None
    where = situation.tree.find(_MARKS, situation.place.path)
    if where is None:
        return None
    advice = "Keep what is right of both versions, delete the lines that begin with <<<<<<<, ======= and >>>>>>>."
    return Remedy("a merge left its conflict marks in the file", advice, where)


def _encoding(situation: Situation) -> Remedy | None:
    if not (situation.any_is("SyntaxError", "UnicodeDecodeError", "ValueError") and situation.matched(_ENCODING)):
        return None
    found = situation.tree.not_utf8()
    if found is None:
        return None
    path, begins = found
    shown = " ".join(f"{byte:02X}" for byte in begins[:4])
    kind = ", which is UTF-16" if begins[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
    advice = "Save it as UTF-8: in an editor by the encoding in its status bar; `>` in PowerShell writes UTF-16."
    return Remedy(f"{path} is not UTF-8 (it begins with the bytes {shown}{kind})", advice, Location(path))


def _syntax(situation: Situation) -> Remedy | None:
    error = situation.any_is("SyntaxError")
    if error is None:
        return None
    text = error.frames[-1].text if error.frames else ""
    newer = _NEWER.search(error.message) or _NEWER.search(text)
    observed = f"{error.type}: {error.message}"
    if newer:
        advice = f"Write it as Python {PYTHON} reads it, and take that Python yourself: `python --version`."
        return Remedy(f"{observed} (graded with Python {PYTHON}: this syntax is newer)", advice)
    advice = (
        "Mend that line or the one before it. If the file runs on your machine, compare `python --version`: "
        f"graded with Python {PYTHON}."
    )
    return Remedy(observed, advice)


def _exit(situation: Situation) -> Remedy | None:
    error = situation.any_is("SystemExit")
    if error is None or not error.frames or error.frames[-1].function != "<module>":
        return None
    advice = 'Delete the call, or put it below `if __name__ == "__main__":`, so that importing the file ends nothing.'
    return Remedy("SystemExit: `exit()` was called while the file was imported", advice)


def _interactive(situation: Situation) -> Remedy | None:
    names = situation.matched(_INTERACTIVE, "NameError")
    if not names:
        return None
    observed = f"NameError: `{names[0]}()` is there at the interactive prompt, and not in a program"
    if names[0] not in ("exit", "quit"):
        return Remedy(observed, "Delete the call.")
    advice = (
        "Delete the call: a file that ends the process when it is imported ends the whole project. A function says "
        "what is wrong by `raise`; a program of its own ends by `sys.exit()`."
    )
    return Remedy(observed, advice)


def _asked(situation: Situation) -> Remedy | None:
    error = situation.any_is("EOFError")
    if error is None or "reading a line" not in error.message:
        return None
    advice = "Read it from a setting, or from a variable with a default: a server has nobody who types."
    return Remedy("EOFError: `input()` was called, and nobody is there to answer", advice)


def _endless(situation: Situation) -> Remedy | None:
    error = situation.any_is("StillLoading")
    if error is None:
        return None
    what = f"{situation.place.path} was being imported" if situation.place else "it was being imported"
    advice = "A module only defines things when it is imported: move the loop or the long work into a function."
    return Remedy(f"{what} and did not come to an end ({error.message})", advice)


def _circle(situation: Situation) -> Remedy | None:
    error = situation.any_is("ImportError")
    if error is None or "partially initialized module" not in error.message:
        return None
    advice = (
        "Two modules import each other: import inside the function that needs it, or move what both need to a third."
    )
    return Remedy(f"a circular import ({error.message.partition(' (')[0]})", advice)


def _variable(situation: Situation) -> Remedy | None:
    names = situation.matched(_VARIABLE)
    if not names and "environ" in _text(situation):
        names = situation.matched(_KEY, "KeyError")
    if not names:
        return None
    advice = (
        f"Give `{names[0]}` a default that development and tests can live with. Checks set the variables that the "
        "brief names, and no others; a .env file is not read there."
    )
    return Remedy(f"the settings require the variable `{names[0]}`, which is not set", advice)


def _text(situation: Situation) -> str:
    return situation.tree.line(situation.place) if situation.place else ""


def _conflicting(situation: Situation) -> Remedy | None:
    if not any("Conflicting migrations" in each.message for each in situation.raised.chain):
        return None
    advice = (
        "Two branches each added a migration: `python manage.py makemigrations --merge`, and commit what it writes."
    )
    return Remedy("", advice)


def _not_writable(situation: Situation) -> Remedy | None:
    error = situation.any_is("OSError")
    if error is None:
        return None
    if "Address already in use" in error.message or situation.any_is("builtins.ConnectionError"):
        return Remedy("", "Open ports and connections when they are needed, never while a file is imported.")
    if error.is_a("PermissionError") or "Read-only file system" in error.message:
        advice = "Write to standard output, or below /tmp: where the project runs, its own folder cannot be written to."
        return Remedy("", advice, situation.place or situation.tree.find(re.compile(r"^LOGGING\b", re.MULTILINE)))
    return None


def _unknown_field(situation: Situation) -> Remedy | None:
    found = unknown_field(situation.raised)
    if found is None:
        return None
    model, field = found
    where = situation.place or situation.tree.class_of(model)
    advice = "The brief says which fields the model has, and their names; a new one needs a migration too."
    return Remedy(f"{model} has no field `{field}`", advice, where)


def _unknown_name(situation: Situation) -> Remedy | None:
    found = unknown_name(situation.raised, situation.tree)
    if found is None:
        return None
    owner, name = found
    if is_manager(owner):
        advice = (
            "It is a method of your QuerySet class, which the model takes by `objects = YourQuerySet.as_manager()`."
        )
        return Remedy(f"the manager ({owner}) has no `{name}`", advice, situation.tree.find(_as_definition(name)))
    advice = "The brief names what it has: fields, methods, and what a queryset adds. A new field needs a migration."
    return Remedy(f"{owner} has no `{name}`", advice, situation.tree.class_of(owner))


def _as_definition(name: str) -> re.Pattern[str]:
    return re.compile(rf"^[ \t]*def {name}\b", re.MULTILINE)


def _other(situation: Situation) -> Remedy:
    return Remedy(
        "", "Read the message from its end, mend that line, and start the project until it says nothing more."
    )


_KINDS: tuple[Callable[[Situation], Remedy | None], ...] = (
    _conflict,
    _encoding,
    missing.pointer,
    _syntax,
    _exit,
    _interactive,
    _asked,
    _endless,
    missing.left_out,
    missing.missing_module,
    _circle,
    _variable,
    missing.no_migrations,
    _conflicting,
    _not_writable,
    _other,
)
# Of these, the ones that may as well be met when a check first imports a module or asks for a table.
_LATER = (
    _conflict,
    _encoding,
    missing.pointer,
    _syntax,
    _exit,
    _interactive,
    _endless,
    missing.left_out,
    missing.missing_module,
    _circle,
    missing.no_migrations,
    _unknown_field,
    _unknown_name,
)
