"""The environment of a project that nobody here wrote: from whichever lock or list of requirements it has."""

import platform
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from grader.environment.build import Environment, Installer, can_be_had, of_course
from grader.environment.faults import AnotherPython, NotInstallable, OtherPython, Unreachable
from grader.environment.interpreters import at_hand
from grader.environment.sources import Offer, nothing_said, offers, python_asked_for

if TYPE_CHECKING:
    from grader.sandbox.api import Kind

_MOST_PROBLEMS = 6
_PLAIN = re.compile(r"(?:cpython-?|python-?)?(3(?:\.\d{1,3}){1,2})")


def prepare_any(
    root: Path,
    files: Iterable[str],
    *,
    course_lock: Path,
    cache: Path,
    progress: Callable[[str], None],
    kind: "Kind" = "auto",
    other_python: OtherPython = "ignore",
) -> Environment:
    """The project's environment, from the first of its locks and requirements that can be used; else the course's.

    ``files`` are the project's paths from ``root``. What is not locked is resolved, and the environment says so.
    ``other_python`` says what to do where the project asks for another Python that this machine has: ``look`` for it
    and leave, ``ignore`` it, or say that this one was ``taken`` for it. Raises as ``build.prepare``.

    Raises:
        AnotherPython: there is such a one.
    """
    install, known = Installer(cache, kind, progress), tuple(files)
    problems: list[str] = []
    notes = _python_notes(root, frozenset(known), other_python)
    offered = 0
    for offer in offers(root, known, cache / "locks"):
        offered += 1
        try:
            if not offer.problems:
                return _installed(offer, install, tuple(problems), notes)
            problems += offer.problems
        except NotInstallable as refused:
            problems.append(f"The packages of {offer.name} cannot be installed ({refused}).")
        except Unreachable as first:
            if not can_be_had(course_lock, cache):
                raise
            reason = first.message.rstrip(".")
            problems.append(f"The packages of {offer.name} cannot be had, though the course's can ({reason}).")
    problems += nothing_said(offered)
    return of_course(course_lock, install, tuple(problems[:_MOST_PROBLEMS]))


def _installed(offer: Offer, install: Installer, problems: tuple[str, ...], notes: tuple[str, ...]) -> Environment:
    said = notes
    if offer.ignored:
        said += (
            f"Not obeyed in {offer.name}: {', '.join(offer.ignored[:4])}; packages come from this machine's index.",
        )
    if offer.lock is not None:
        return install(offer.lock, "submission", problems, said)
    from grader.environment.resolve import resolved

    found = resolved(offer.wanted, offer.constraints, cache=install.cache, kind=install.kind, progress=install.progress)
    what = f"{len(found.packages)} packages of {offer.name} are not locked with hashes and were resolved on {found.on}"
    return install(found.lock, "resolved", problems, (f"{what}: another day may bring others.", *said))


def _python_notes(root: Path, files: frozenset[str], other_python: OtherPython) -> tuple[str, ...]:
    """A sentence where the project asks for another Python than the one that it is measured with, or got another.

    Raises:
        AnotherPython: it is looked for, and this machine has one.
    """
    ours = platform.python_version()
    name, asked = python_asked_for(root, files)
    if not asked:
        return ()
    plain = _PLAIN.fullmatch(asked)
    try:
        wanted = SpecifierSet(
            f"=={plain[1]}.*" if plain and plain[1].count(".") == 1 else f"=={plain[1]}" if plain else asked
        )
    except InvalidSpecifier:
        return ()
    if wanted.contains(ours, prereleases=True):
        taken = f"{name} asks for Python {asked}, so the grader ran on {ours}, which this machine has beside its own."
        return (taken,) if other_python == "taken" else ()
    if other_python == "look" and (found := at_hand(wanted)):
        raise AnotherPython(f"{name} asks for Python {asked}", found)
    return (f"{name} asks for Python {asked}, and it was measured with {ours}, the grader's own.",)
