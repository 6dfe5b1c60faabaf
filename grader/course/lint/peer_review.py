"""Items of peer review: the evidence that each names has to be of the course, or it is left out without a word."""

from collections.abc import Iterator
from difflib import get_close_matches
from fnmatch import fnmatchcase

from grader.course.lint.problem import LintProblem
from grader.course.manifest import Course
from grader.course.peer_review import FILE, load_items

_REMEDY = "Name the id of a criterion, a gate or its metric, or several as in style.*"


def lint_items(course: Course) -> Iterator[LintProblem]:
    """Evidence in `rubric/peer-review.toml` that is nothing in any module; a release has some of the modules only.

    Raises:
        CourseError: the file is wrong.
    """
    path = course.root / FILE
    if not path.is_file() or not course.reference.is_dir():
        return
    known = sorted(_evidence(course))
    lines = path.read_text("utf-8").splitlines()
    for number, item in enumerate(load_items(course.root)):
        for name in (n for n in item.evidence if not any(fnmatchcase(one, n) for one in known)):
            near = _near(name, known)
            problem = f"{name} is no criterion and no gate"
            where = f"{FILE}:{_line(lines, number, name)}"
            yield LintProblem(where, f"{problem}; did you mean {near}?" if near else f"{problem}.", _REMEDY)


def _evidence(course: Course) -> set[str]:
    gates = {name for module in course.modules for gate in module.gates for name in (gate.id, gate.metric)}
    return gates | {c.id for module in course.assignments for c in module.criteria} | set(course.rubric)


def _near(name: str, known: list[str]) -> str:
    """What was probably meant: of the same kind, one name or all of an area."""
    areas = sorted({f"{one.partition('.')[0]}.*" for one in known})
    return next(iter(get_close_matches(name, areas if name.endswith(".*") else known, n=1)), "")


def _line(lines: list[str], item: int, name: str) -> int:
    """The line, counted from 1, in which the item of this number names it: in quotes, below its heading."""
    heads = [number for number, line in enumerate(lines, 1) if line.strip().startswith("[[items]]")]
    begin = heads[item] if item < len(heads) else 1
    quoted = {f'"{name}"', f"'{name}'"}
    return next((n for n, line in enumerate(lines[begin:], begin + 1) if any(q in line for q in quoted)), begin)
