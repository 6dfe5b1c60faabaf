"""`grader list`: the names that `--only` and `--gates` take, with what each is worth."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from grader.cli import options as opt
from grader.cli.console import out
from grader.course import load_course
from grader.domain.course import Gate, Module
from grader.report.words import count, points

Row = tuple[str, str, str]


@click.command("list")
@opt.module_option
@opt.course_option
def command(number: int | None, course_dir: Path | None) -> None:
    """List the criteria and gates of a module with their points; without `--module` the modules, and all gates."""
    course = load_course(opt.find_course(course_dir))
    if number is None:
        _print("Modules", [(f"{m.number:02d}", _size(m), m.title) for m in course.modules])
        _print("Gates", [(g.metric, _threshold(g), g.title) for g in course.rubric.values()])
        return
    module = next(module for module in course.modules if module.number == number)
    _print(f"Criteria of module {number:02d}", _criteria(module))
    _print(f"Gates of module {number:02d}", [(g.metric, _worth(g), g.title) for g in module.gates])


def _size(module: Module) -> str:
    return f"{count(len(module.criteria), 'criterion', 'criteria')}, {count(len(module.gates), 'gate', 'gates')}"


def _criteria(module: Module) -> Iterator[Row]:
    for criterion in module.criteria:
        worth = "for a person" if criterion.manual else points(criterion.points)
        yield criterion.id, f"{worth}, task {criterion.task}", criterion.title


def _threshold(gate: Gate) -> str:
    return f"{gate.op} {gate.threshold:g} {gate.unit}".rstrip()


def _worth(gate: Gate) -> str:
    parts = [points(gate.points)] if gate.points else []
    parts += ["needed to pass"] if gate.blocks else []
    return ", ".join(parts) or "shown only"


def _print(heading: str, rows: Iterable[Row]) -> None:
    """A line for each name, which stays whole in a narrow console and in a pipe."""
    found = list(rows)
    if not found:
        return
    names, worths = (max(len(row[column]) for row in found) for column in (0, 1))
    out.print(f"[bold]{heading}[/]")
    for name, worth, title in found:
        out.print(f"{name:<{names}}  {worth:<{worths}}  {title}", markup=False, soft_wrap=True)
