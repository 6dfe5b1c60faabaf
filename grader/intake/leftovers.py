"""Folders that tools have made, known by what lies in them whatever they are called: environments and builds."""

from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase

from grader.intake.entries import Entry
from grader.intake.names import is_made_by_tools

_ENVIRONMENT = "pyvenv.cfg"
# What `grader report` writes, by its usual names: a test holds them to the reports, which lie in a layer above.
REPORTS = frozenset(
    [
        "result.json",
        "report.html",
        "summary.md",
        "junit.xml",
        "result.sarif",
        "classroom.json",
        "classroom50.json",
        "gradescope.json",
        "exercism.json",
        "annotations.txt",
    ]
)
_PROJECT = frozenset(["manage.py", "pyproject.toml"])
# The name of a folder that packages are built in, and what only a build puts there.
_BUILDS = {"build": ("lib", "bdist.*"), "dist": ("*.whl",)}


def made_by(name: str, inside: Collection[str]) -> str:
    """What the folder called ``name`` is, as the end of a sentence, if a tool made it; "" if it is a project's own.

    ``inside`` are the names of what lies directly in it.
    """
    found = set(inside)
    if _ENVIRONMENT in found and not found & _PROJECT:
        return "it is a virtual environment"
    if is_of_reports(found):
        return "it holds reports of the grader"
    marks = _BUILDS.get(name, ())
    if "__init__.py" not in found and any(fnmatchcase(one, mark) for one in found for mark in marks):
        return "it is a build of a package"
    return ""


def is_of_reports(names: Collection[str]) -> bool:
    """Whether these are the names of reports and of nothing else; a single one may be anybody's."""
    return len(names) > 1 and are_reports(names)


def are_reports(names: Iterable[str]) -> bool:
    """Whether each of these is the name of a report."""
    return set(names) <= REPORTS


def without_leftovers(entries: Iterable[Entry]) -> list[Entry]:
    """The entries, in their order, with one in place of all that lies in a folder which a tool has made.

    That one says what the folder is; of names that are always left out nothing is said.
    """
    kept = [entry for entry in entries if not any(map(is_made_by_tools, entry.path.split("/")))]
    folders = _leftovers(entry.path for entry in kept)
    if not folders:
        return kept
    rest = [entry for entry in kept if not any(above in folders for above in _around(entry.path))]
    outer = [folder for folder in folders if not any(above in folders for above in _around(folder))]
    return rest + [Entry(f"{folder}/", oddity=folders[folder]) for folder in outer]


def _leftovers(paths: Iterable[str]) -> dict[str, str]:
    inside: dict[str, set[str]] = {}
    for path in paths:
        for folder in _around(path):
            inside.setdefault(folder, set()).add(path[len(folder) + 1 :].partition("/")[0])
    found = {folder: made_by(folder.rpartition("/")[2], names) for folder, names in inside.items()}
    return {folder: what for folder, what in found.items() if what}


def _around(path: str) -> list[str]:
    """The folders that the path lies in, but not the root."""
    parts = path.rstrip("/").split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]
