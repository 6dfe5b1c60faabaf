"""Options that several commands take, and where the course and the cache are found."""

import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click
import platformdirs

from grader.domain.course import CAPSTONE, Gate, Module
from grader.domain.errors import EnvironmentError_, UsageError_

if TYPE_CHECKING:
    from grader.pipeline import Capstone

FORMATS = (
    "json",
    "html",
    "markdown",
    "junit",
    "sarif",
    "classroom",
    "gradescope",
    "exercism",
    "classroom50",
    "annotations",
)

module_option = click.option("--module", "number", type=click.IntRange(1, 5), help="Number of the module, such as 02.")


class AssignmentName(click.ParamType[int | str]):
    """The number of a module, such as ``02``, or ``capstone``."""

    name = "integer|capstone"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """The number, or ``capstone``."""
        if value == CAPSTONE:
            return CAPSTONE
        number: int = click.IntRange(1, 5).convert(value, param, ctx)  # type: ignore[arg-type]
        return number


assignment_option = click.option(
    "--module", "number", type=AssignmentName(), help="Number of the module, such as 02, or capstone."
)
path_option = click.option(
    "--path", help="Folder of the project in SUBMISSION [the one that holds manage.py, or the only one below]."
)
course_option = click.option(
    "--course", "course_dir", type=click.Path(path_type=Path), help="Folder with course.toml [found from here upwards]."
)
out_option = click.option(
    "--out", "out_dir", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Where to write."
)
format_option = click.option(
    "--format",
    "formats",
    type=click.Choice(FORMATS),
    multiple=True,
    help="Report to write; may be repeated [json, html and markdown].",
)
verbose_option = click.option(
    "--verbose", is_flag=True, help="Show here all that fails, and list what passes; the reports always do."
)
sandbox_option = click.option(
    "--sandbox",
    type=click.Choice(["auto", "bubblewrap", "process"]),
    default="auto",
    show_default=True,
    help="How to isolate the submission; 'process' does not, and is never official.",
)
seed_option = click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Repeat a run with its inputs.")

only_option = click.option(
    "--only",
    "criteria",
    multiple=True,
    metavar="CRITERION",
    help="Only this criterion, such as domain.slug-collision, with those that it requires; may be repeated. "
    "The reports say so, and it is practice: no grade, never official.",
)


def state_dir() -> Path:
    """Where environments and tools are kept between runs; GRADER_CACHE overrides it.

    Raises:
        EnvironmentError_: nothing can be written there.
    """
    chosen = os.environ.get("GRADER_CACHE")
    path = Path(chosen) if chosen else Path(platformdirs.user_cache_path("django-track"))
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return path
    except OSError as problem:
        raise EnvironmentError_(
            f"the grader's cache cannot be written to {path}: {problem.strerror}",
            "Make room there or open it, or name another folder: export GRADER_CACHE=/path.",
        ) from None


def find_course(given: Path | None) -> Path:
    """The folder with course.toml: the given one, or the nearest at or above here, or the one this program came in.

    Raises:
        UsageError_: there is none.
    """
    if given is not None:
        candidates = [given]
    else:
        here = Path.cwd()
        candidates = [here, *here.parents, Path(__file__).parents[2]]
    for folder in candidates:
        if (folder / "course.toml").is_file():
            return folder.resolve()
    raise UsageError_(
        f"there is no course.toml in {given}" if given else "no course.toml was found here or in any folder above",
        "Go to the course's folder, or name it: --course DIR.",
    )


def lanes() -> int:
    """How many processes share the checks of one grading unless an option says otherwise: one a core, up to four."""
    return min(4, os.cpu_count() or 1)


gates_option = click.option(
    "--gates",
    "gates",
    multiple=True,
    metavar="GATE",
    help="Only this gate, such as `style`, or one of its metrics, and no check; may be repeated. It is practice.",
)


def module_number(given: int | str | None) -> int | None:
    """The number of a module, of what is no capstone."""
    return given if isinstance(given, int) else None


def metrics(module: Module, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """The metrics of the gates named on the command line; ``None`` where none was named."""
    if not names:
        return None
    return tuple(gate.metric for gate in gates_named({gate.metric: gate for gate in module.gates}, names))


def gates_named(known: Mapping[str, Gate], names: tuple[str, ...]) -> tuple[Gate, ...]:
    """The gates whose metric, or the part of it before the dot, is one of these names; all for none.

    Raises:
        UsageError_: there is no gate of that name.
    """
    short = dict.fromkeys(metric.partition(".")[0] for metric in known)
    for name in names:
        if name not in known and name not in short:
            raise UsageError_(f"there is no gate called {name}", _meant(name, [*short, *known], "gates"))
    return tuple(g for m, g in known.items() if not names or m in names or m.partition(".")[0] in names)


def only(module: Module, names: tuple[str, ...], gates: tuple[str, ...] | None = None) -> tuple[str, ...] | None:
    """The criteria named on the command line, with those that they require; ``None`` for all.

    Where ``gates`` were named and no criterion, none is asked for. Of a draft all are named, so that there is no grade.

    Raises:
        UsageError_: the module has no criterion of that name.
    """
    known = [c.id for c in module.criteria]
    if unknown := [n for n in names if n not in known]:
        raise UsageError_(
            f"module {module.number:02d} has no criterion {unknown[0]}",
            _meant(unknown[0], known, "criteria", f" --module {module.number:02d}"),
        )
    if module.draft and gates is None:
        names = names or tuple(known)
    return module.with_required(names) or (None if gates is None else ())


def only_evidence(capstone: "Capstone", names: tuple[str, ...]) -> "Capstone":
    """The capstone, restricted to the criteria named on the command line; whole where none was named.

    Raises:
        UsageError_: neither the capstone nor a module that gives evidence for it has a criterion of that name.
    """
    known = list(dict.fromkeys(c.id for part in capstone.parts for c in part.assignment.module.criteria))
    if unknown := [n for n in names if n not in known]:
        near = get_close_matches(unknown[0], known, n=3)
        raise UsageError_(
            f"the capstone has no criterion {unknown[0]}",
            (f"Did you mean {' or '.join(near)}? " if near else "")
            + "Its own are in `capstone/capstone.toml`, others in `rubric/capstone.toml`.",
        )
    return capstone.restricted_to(names) if names else capstone


def _meant(name: str, known: Iterable[str], kind: str, module: str = "") -> str:
    """The names that somebody may have meant who typed this one, and the command that lists all of the kind."""
    names = list(known)
    same_end = [each for each in names if each.rpartition(".")[2] == name.rpartition(".")[2]]
    near = list(dict.fromkeys([*same_end, *get_close_matches(name, names, n=3)]))
    asked = f"Did you mean {' or '.join(near)}? " if near else ""
    return f"{asked}All {kind}: `{program()} list{module}{_named_course()}`."


def program() -> str:
    """What calls this program from where the person is: ``grader`` where that is found, or the path that was typed."""
    typed, found = sys.argv[0], shutil.which("grader")
    if Path(typed).name != "grader" or not Path(typed).is_file():
        return "grader"
    return "grader" if found and Path(found).samefile(typed) else shlex.quote(typed)


def _named_course() -> str:
    """The option that names the course, where the command that runs has been given it."""
    context = click.get_current_context(silent=True)
    given = context.params.get("course_dir") if context is not None else None
    return f" --course {shlex.quote(str(given))}" if given is not None else ""


def empty_folder(folder: Path) -> Path:
    """The folder, if nothing would be overwritten in it.

    Raises:
        UsageError_: it holds something already, or is a file.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError_(
            f"{folder} is not an empty folder", "Name one that does not exist yet; nothing is overwritten."
        )
    return folder
