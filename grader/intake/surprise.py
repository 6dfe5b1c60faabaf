"""What is surprising in a project as a whole, each as one sentence: it explains failures that would say nothing."""

from collections.abc import Iterable
from pathlib import Path

from grader.domain.layout import Layout
from grader.intake.names import is_made_by_tools, shown

_PART = 5  # of the starter's modules, one in so many may go: people make packages of modules


def misplaced(files: Iterable[str], layout: Layout) -> str:
    """A sentence where the folders that code is imported from are not in the project, and another has the settings.

    ``files`` are paths from the project's root.
    """
    known = list(files)
    if not layout.sources or any(file.startswith(f"{layout.sources[0]}/") for file in known):
        return ""
    package = f"/{layout.settings.rpartition('.')[0].replace('.', '/')}/"
    places = sorted({file.partition(package)[0] for file in known if package in file})
    if len(places) != 1:
        return ""
    (place,) = places
    wanted = ", ".join(f'"{place}{source.removeprefix(layout.sources[0])}"' for source in layout.sources)
    return (
        f"The brief's folder {layout.sources[0]}/ is not in this project, and its code seems to lie in "
        f"{shown(place)}/: rename it, or add track.toml with the lines `[layout]` and `sources = [{wanted}]`."
    )


def as_given(root: Path, files: Iterable[str], starter: Path) -> str:
    """A sentence where the project in ``root``, with these ``files``, is the starter in every file of it."""
    given = {path.relative_to(starter).as_posix() for path in starter.rglob("*") if path.is_file()}
    given = {path for path in given if not any(map(is_made_by_tools, path.split("/")))}
    if not given or given != set(files):
        return ""
    if any((root / path).read_bytes() != (starter / path).read_bytes() for path in given):
        return ""
    return "This is the starter as it was given: nothing was changed. Was the work committed, and is this its folder?"


def unlike_starter(files: Iterable[str], starter: Path) -> str:
    """A sentence where much of what the module's starter brings is missing. ``starter`` is its folder."""
    given = [path.relative_to(starter) for path in starter.rglob("*.py")]
    brought = sorted(path.as_posix() for path in given if not any(map(is_made_by_tools, path.parts)))
    missing = sorted(set(brought) - set(files))
    if not missing or _PART * len(missing) < len(brought):
        return ""
    return (
        f"{len(missing)} of the {len(brought)} modules that the starter of this assignment brings are missing, "
        f"such as {missing[len(missing) // 2]}: is this the work of another one?"
    )
