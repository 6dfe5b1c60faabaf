"""What stands behind a project that does not start, by its commonest kinds, and what a learner does about each.

A kind is a function from the situation to its words, or ``None``; the first that has words is right.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass

from grader.agent.raised import Raised
from grader.checkpoint.diagnosis.tree import Tree
from grader.domain.evidence import Location
from grader.domain.layout import Layout

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
_MODULE = re.compile(r"No module named '([\w.]{1,200})'")
_VARIABLE = re.compile(r"Set the (\w{1,100}) environment variable")
_KEY = re.compile(r"'(\w{1,100})'")
_NO_MIGRATIONS = re.compile(r"Dependency on app with no migrations: (\w{1,100})")
_NO_NODE = re.compile(r"reference nonexistent parent node \('(\w{1,100})', '(\w{1,200})'\)")
_NO_TABLE = re.compile(r"no such table: (\w{1,100})|relation \"(\w{1,100})\" does not exist")
_NEWER = re.compile(r"multiple exception types must be parenthesized|positional patterns follow|\bt['\"]")
_ENCODING = re.compile(r"null bytes|\(unicode error\)|Non-UTF-8 code|codec can't decode")
_MARKS = re.compile(r"^(<{7}|>{7})( |$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Situation:
    """What was raised while the project started, the learner's innermost line, and what the trusted side has of it."""

    raised: Raised
    place: Location | None
    tree: Tree
    layout: Layout
    own_packages: bool = True

    def matched(self, pattern: re.Pattern[str], *names: str) -> tuple[str, ...]:
        """What the first message of the chain that matches has in its groups; of exceptions so named, if any are."""
        for each in self.raised.chain:
            found = pattern.search(each.message) if not names or any(map(each.is_a, names)) else None
            if found:
                return tuple(group for group in found.groups() if group) or (found[0],)
        return ()

    def any_is(self, *names: str) -> Raised | None:
        """The deepest exception of the chain that is of a class so named."""
        return next((r for r in reversed(self.raised.chain) if any(map(r.is_a, names))), None)


@dataclass(frozen=True, slots=True)
class Remedy:
    """What happened in words (``""``: as the exception says it), what to do, and where, if that is another place."""

    observed: str
    advice: str
    where: Location | None = None


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


def _asked(situation: Situation) -> Remedy | None:
    error = situation.any_is("EOFError")
    if error is None or "reading a line" not in error.message:
        return None
    advice = "Nobody is there to answer when the project starts: read it from a setting or a variable with a default."
    return Remedy("EOFError: `input()` was called while the project was starting", advice)


def _endless(situation: Situation) -> Remedy | None:
    error = situation.any_is("StillLoading")
    if error is None:
        return None
    what = f"{situation.place.path} was being imported" if situation.place else "it was being imported"
    advice = "A module only defines things when it is imported: move the loop or the long work into a function."
    return Remedy(f"{what} and did not come to an end ({error.message})", advice)


def _missing_module(situation: Situation) -> Remedy | None:
    names = situation.matched(_MODULE, "ModuleNotFoundError", "ImportError")
    if not names:
        return None
    top = names[0].partition(".")[0]
    # Where no line of the learner's passed, as for a name in INSTALLED_APPS, the first that says it.
    where = situation.place or situation.tree.find(re.compile(rf"(?<![\w.]){re.escape(names[0])}(?!\w)"))
    if situation.tree.has_folder_or_module(top, situation.layout.sources):
        advice = "Mend the name, or commit the file: a folder is a package only with all of its files."
        return Remedy(f"there is no module `{names[0]}` in the submission", advice, where)
    if folder := situation.tree.folder_of_package(top):
        looked = ", ".join(f"{source}/" for source in situation.layout.sources)
        observed = f"`{names[0]}` is imported and lies in {folder}/, where Python does not look for it"
        advice = f"Move it to where it is looked for ({looked}), or say in track.toml where your sources are."
        return Remedy(observed, advice, where)
    if not situation.own_packages:
        observed = f"`{names[0]}` is imported and is not among the course's packages, which stood in for your own lock"
        return Remedy(
            observed, "Mend the lock first: `poetry lock`, then commit pyproject.toml and poetry.lock.", where
        )
    observed = f"`{names[0]}` is imported, and no package in poetry.lock brings it"
    advice = (
        "`poetry add` the package that it comes from, and commit pyproject.toml and poetry.lock; or import it no more."
    )
    return Remedy(observed, advice, where)


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


def _no_migrations(situation: Situation) -> Remedy | None:
    if names := situation.matched(_NO_MIGRATIONS):
        observed = f"{names[0]} has no migrations: are they committed?"
    elif names := situation.matched(_NO_NODE):
        observed = f"the migration {names[1]} of {names[0]} is missing, which another depends on: is it committed?"
    elif names := situation.matched(_NO_TABLE):
        observed = f"there is no table {names[0]}: does a migration make it, and is it committed?"
    else:
        return None
    advice = (
        "`python manage.py makemigrations`, then commit the migrations folder with its __init__.py; see .gitignore."
    )
    return Remedy(observed, advice)


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


def _other(situation: Situation) -> Remedy:
    return Remedy(
        "", "Read the message from its end, mend that line, and start the project until it says nothing more."
    )


_KINDS: tuple[Callable[[Situation], Remedy | None], ...] = (
    _conflict,
    _encoding,
    _syntax,
    _exit,
    _asked,
    _endless,
    _missing_module,
    _circle,
    _variable,
    _no_migrations,
    _conflicting,
    _not_writable,
    _other,
)
# Of these, the ones that may as well be met when a check first imports a module or asks for a table.
_LATER = (_conflict, _encoding, _syntax, _exit, _endless, _missing_module, _circle, _no_migrations)
