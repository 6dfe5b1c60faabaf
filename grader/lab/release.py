"""What learners receive of a lab: made by nbgrader, and searched for what they must not have before it is written."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from grader import ending
from grader.domain.errors import CourseError, EnvironmentError_
from grader.lab import environment
from grader.lab.nouns import CourseCell, Lab
from grader.lab.rebuild import released
from grader.sandbox.api import Kind

_SOLUTION = re.compile(r"^\s*### BEGIN SOLUTION\s*$.*?^\s*### END SOLUTION\s*$", re.MULTILINE | re.DOTALL)
_MARKS = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS)")
_TELLING = 8  # characters: a shorter line, such as `pass`, tells nothing


def release(lab: Lab, out: Path, *, state_dir: Path, kind: Kind, progress: Callable[[str], None]) -> Path:
    """Writes the learner's notebook into the folder ``out``, and returns its path.

    Raises:
        CourseError: nbgrader refuses the notebook, or what it made of it leaks.
        EnvironmentError_: nbgrader cannot be had.
    """
    site = environment.nbgrader_site(state_dir=state_dir, kind=kind, progress=progress)
    progress(f"Making the notebook {lab.name}")
    with ending.room("track-lab-") as root:
        lay_out(lab, root)
        answer = environment.nbgrader(job(lab, root, "release"), site, state_dir=state_dir)
        if answer["problem"]:
            raise CourseError(f"nbgrader refuses {lab.path}: {answer['problem']}", "Mend the notebook's cells.")
        made = root / "release" / lab.assignment / f"{lab.name}.ipynb"
        if found := next(leaks(lab, made), ""):
            raise CourseError(
                f"the release of {lab.path} would leak {found}", "Mark it as a solution or a hidden test."
            )
        try:
            out.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(made, out / made.name)
        except OSError as problem:
            raise EnvironmentError_(f"{out} cannot be written: {problem.strerror}", "Choose another: --out.") from None
    return out / made.name


def lay_out(lab: Lab, root: Path) -> None:
    """The course's notebook where nbgrader looks for it below ``root``."""
    source = root / "source" / lab.assignment
    source.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(lab.path, source / f"{lab.name}.ipynb")


def job(lab: Lab, root: Path, do: str) -> dict[str, object]:
    """What nbgrader is told about the lab."""
    written = [cell.grade_id for cell in lab.graded if cell.role == "written"]
    return {
        "do": do,
        "root": str(root.resolve()),
        "assignment": lab.assignment,
        "notebook": lab.name,
        "written": written,
    }


def leaks(lab: Lab, made: Path) -> Iterator[str]:
    """Lines of solutions and hidden tests that stand in the released notebook, quoted."""
    cells = json.loads(made.read_text("utf-8"))["cells"]
    texts = ["".join(cell["source"]) for cell in cells]
    lines = {line.strip() for text in texts for line in text.splitlines()}
    secret, public = set[str](), set[str]()
    for cell in lab.cells:
        for line, is_secret in _lines(cell):
            (secret if is_secret else public).add(line.strip())
    for line in sorted(lines):
        if _MARKS.search(line) or (line in secret - public and len(line) >= _TELLING):
            yield repr(line)
    if any(cell.get("outputs") for cell in cells):
        yield "outputs of cells"


def _lines(cell: CourseCell) -> Iterator[tuple[str, bool]]:
    """The lines of a cell, and whether learners must not have them."""
    if cell.role == "tests":
        shown = set(released(cell).splitlines())
        yield from ((line, line not in shown) for line in cell.source.splitlines())
    elif cell.role == "written":
        yield from ((line, True) for line in cell.source.splitlines())
    else:
        kept = set(_SOLUTION.sub("", cell.source).splitlines())
        yield from ((line, line not in kept) for line in cell.source.splitlines())
