"""Where the project lies in what was handed in: at its root, in the one folder that holds it, or where it is said."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.domain.errors import SubmissionError
from grader.intake.names import is_made_by_tools, shown

_START = "manage.py"
_PROJECT = "pyproject.toml"
_CODE = "src"
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of a project, ``""`` for the root and else ending in ``/``, and those that it was preferred to."""

    folder: str
    others: tuple[str, ...] = ()

    def sentence(self) -> str:
        """What to tell people of it; nothing where the project is where everybody would look."""
        if not self.folder:
            return ""
        other = "`--path` of `grader grade` and `grader check` names another"
        more = f" (also in it: {_listed(self.others)}; {other})" if self.others else ""
        return f"The project was found in {shown(self.folder)}{more}."


def find_project(paths: Iterable[str], *, source: str, slug: str = "") -> Place:
    """The project among the plain files at ``paths``; ``slug`` names the folder of the module that is graded.

    The root is it if it holds manage.py, or pyproject.toml and src/. Else it is the one folder below that does: where
    there are several, the one in the folder of the module, or the only one with a manage.py. A root without either
    is taken if nothing below is a project: a learner may have deleted manage.py.

    Raises:
        SubmissionError: nothing of it is a project, or several are and none is meant more than the others.
    """
    tree = _Tree(path for path in paths if not any(map(is_made_by_tools, path.split("/"))))
    if tree.has("", _START) or (tree.has("", _PROJECT) and _CODE in tree.folders):
        return Place("")
    started = _outermost(tree.started())
    found = _outermost({*started, *tree.laid_out()})
    if "" in found or (not found and (tree.has("", _PROJECT) or _CODE in tree.folders)):
        return Place("")
    meant = _meant(found, started, slug)
    if len(meant) == 1:
        return Place(f"{meant[0]}/", tuple(f"{other}/" for other in found if other != meant[0]))
    if not found:
        raise SubmissionError(
            f"{source} is not a project: no folder of it has a manage.py",
            "Hand in the folder that holds manage.py.",
            option="--path FOLDER",
        )
    raise SubmissionError(
        f"{source} holds {len(meant)} projects: {_listed(meant)}",
        "Hand in the one that is meant, without the others.",
        option=f"--path {shlex.quote(shown(meant[0]))}",
    )


def named_project(paths: Iterable[str], path: str, *, source: str) -> Place:
    """The folder that ``--path`` names, from the root or from the only folder that everything lies in.

    Raises:
        SubmissionError: it leads out of the submission, or no file lies in it.
    """
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or ".." in parts:
        raise SubmissionError(f"--path {shown(path)} leads out of the submission", "Name a folder from its root.")
    if not parts:
        return Place("")
    folder, known = "/".join(parts) + "/", list(paths)
    tops = {known_path.partition("/")[0] for known_path in known}
    for place in (folder, *(f"{top}/{folder}" for top in tops if len(tops) == 1)):
        if any(known_path.startswith(place) for known_path in known):
            return Place(place)
    raise SubmissionError(
        f"{source} has no files in {shown(folder)}", "Check --path: it is the folder of the project from the root."
    )


def _meant(found: list[str], started: list[str], slug: str) -> list[str]:
    """The candidates that are left when each preference is asked that leaves any."""
    of_module = [folder for folder in found if slug and slug in folder.split("/")]
    left = of_module or found
    return [folder for folder in left if folder in started] or left


def _outermost(folders: Iterable[str]) -> list[str]:
    """Those that lie in no other: an example inside a project is no project of its own."""
    known = set(folders)
    return sorted(f for f in known if not any(str(up) in known for up in _above(f)))


def _above(folder: str) -> list[str]:
    """The folders around this one, the nearest first, the root (``""``) last; of the root, none."""
    return ["" if str(up) == "." else str(up) for up in PurePosixPath(folder).parents] if folder else []


def _listed(folders: Iterable[str]) -> str:
    names = [shown(folder) for folder in folders]
    rest = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")


class _Tree:
    """Names, by the folder that they are in."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._files = set(paths)
        self.folders: set[str] = set()
        for path in self._files:
            folder = path.rpartition("/")[0]
            while folder and folder not in self.folders:
                self.folders.add(folder)
                folder = folder.rpartition("/")[0]

    def has(self, folder: str, name: str) -> bool:
        """Whether the folder holds a plain file of that name."""
        return (f"{folder}/{name}" if folder else name) in self._files

    def started(self) -> set[str]:
        """The projects that the files called manage.py belong to."""
        return {self._project_of(path.rpartition("/")[0]) for path in self._files if path.rpartition("/")[2] == _START}

    def laid_out(self) -> set[str]:
        """The folders that hold pyproject.toml and src/, with a manage.py or without."""
        return {folder for folder in self.folders if self.has(folder, _PROJECT) and f"{folder}/{_CODE}" in self.folders}

    def _project_of(self, folder: str) -> str:
        """manage.py may have been moved beside the code: then the project is around it."""
        if self.has(folder, _PROJECT) or f"{folder}/{_CODE}" in self.folders:
            return folder
        around = next((up for up in _above(folder) if self.has(up, _PROJECT)), None)
        if around is not None:
            return around
        return folder.rpartition("/")[0] if folder.rpartition("/")[2] == _CODE else folder
