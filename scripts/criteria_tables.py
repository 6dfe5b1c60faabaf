"""Write the tables of criteria and gates into each brief, from its manifest: every id of a criterion becomes an anchor.

A table stands between ``<!-- criteria -->`` and ``<!-- /criteria -->``, or ``gates``, of ``modules/*/README.md``. With
``--check`` nothing is written, and the exit code says whether the committed briefs are current.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from grader.course import Course, load_course
from grader.domain.course import Criterion, Gate, Module

ROOT = Path(__file__).parents[1]
_BY_HAND = "<!-- written by `make reference` from module.toml -->"


def briefs() -> Mapping[Path, Module]:
    """The modules that have criteria or gates, by the path of their brief, in the order of the modules."""
    course = load_course(ROOT)
    return {_brief(course, module): module for module in course.modules if module.criteria or module.gates}


def _brief(course: Course, module: Module) -> Path:
    return course.folder(module) / "README.md"


def with_tables(brief: Path, module: Module) -> str:
    """The text of the brief as it should be. ``ValueError`` if it has no place for a table, or two."""
    text = brief.read_text("utf-8")
    for name, table in (("criteria", _criteria(module)), ("gates", _gates(module))):
        place = re.compile(rf"<!-- {name} -->(?:.*?<!-- /{name} -->)?", re.DOTALL)
        written = f"<!-- {name} -->\n{_BY_HAND}\n\n{table}\n\n<!-- /{name} -->"
        text, places = place.subn(lambda _, written=written: written, text)  # type: ignore[misc]
        if places != bool(table):
            raise ValueError(f"{brief}: write <!-- {name} --> once, where the table of {name} belongs")
    return text


def _criteria(module: Module) -> str:
    if not module.criteria:
        return ""
    rows = map(_criterion, sorted(module.criteria, key=lambda c: c.task))
    return "\n".join(["| task | criterion | points | seen by |", "|---|---|---|---|", *rows])


def _criterion(criterion: Criterion) -> str:
    title = criterion.title.replace("|", "\\|")
    points = "manual" if criterion.manual else criterion.points
    seen = ", ".join(criterion.seen_by)
    return f'| {criterion.task} | <a id="{criterion.id}"></a>{title} `{criterion.id}` | {points} | {seen} |'


def _gates(module: Module) -> str:
    if not module.gates:
        return ""
    return "\n".join(["| gate | asked for | points |", "|---|---|---|", *map(_gate, module.gates)])


def _gate(gate: Gate) -> str:
    asked = f"{gate.op} {gate.threshold:g} {gate.unit}".rstrip()
    counts = " and ".join([*([str(gate.points)] if gate.points else []), *(["needed"] if gate.blocks else [])])
    title = gate.title.replace("|", "\\|")
    return f"| {title} `{gate.id}` | {asked} | {counts or 'shown'} |"


def main(arguments: list[str]) -> int:
    """Write or check the briefs; 0 if they are current now, 1 if one was not and was not written."""
    stale = {b: text for b, m in briefs().items() if (text := with_tables(b, m)) != b.read_text("utf-8")}
    if "--check" in arguments:
        for brief in stale:
            print(
                f"{brief.relative_to(ROOT)} is not what its manifest says. Write it anew: make reference",
                file=sys.stderr,
            )
        return 1 if stale else 0
    for brief, text in stale.items():
        brief.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
