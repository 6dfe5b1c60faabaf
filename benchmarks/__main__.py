"""`make bench`: ratios of what was measured in turn in this very run, and the bound that each should keep.

``python -m benchmarks WORD ...`` measures the lines alone that have one of these words in their name.
"""

import contextlib
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import broken, duet_time, gate_time, load, measures, own_tests, reading_gates, watching
from grader.domain.course import State

ROUNDS = 3
ONLY = tuple(sys.argv[1:])
Measure = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; ``kept`` is ``None`` where there is no bound, because the value is this machine's."""

    name: str
    value: str
    bound: str = ""
    kept: bool | None = None


def main() -> None:
    """Measure, print, and exit 0: a figure past its bound is marked, never a failed build."""
    out = Console()
    table = Table("measured", "value", "should be", "", title="Speed, medians of one run")
    with tempfile.TemporaryDirectory(prefix="track-bench-") as name:
        room = Path(name)
        room.chmod(0o711)
        for figure in filter(None, figures(room, out)):
            mark = "" if figure.kept is None else "✓" if figure.kept else "✗"
            table.add_row(figure.name, figure.value, figure.bound, mark)
    out.print(table)


def is_wanted(name: str) -> bool:
    """Whether a line of that name is measured in this run."""
    return not ONLY or any(word in name for word in ONLY)


def figures(room: Path, out: Console) -> Iterator[Figure | None]:
    """All figures, in the order they are measured; nothing in the place of those that nobody asked for."""
    bench = measures.Bench(room)
    yield from _of_checks(bench, out)
    agent = "sandboxed agent from nothing, to plain Python with the same project"
    yield _ratio(agent, bench.agent_start, bench.plain_start, 1.2, out)
    yield _ratio("grader --help, to python -c 'import click'", bench.help, bench.click, 1.2, out)
    scans = "security gate over the files of solution 02, to bandit and detect-secrets alone"
    yield _ratio(scans, bench.security_scans, bench.bare_scanners, 1.5, out)
    yield _milliseconds("reading a submission's documents apart, a grading", bench.read_documents, 150, out)
    yield _milliseconds("sandboxed agent, warm: first answer of a check", bench.warm_start, None, out)
    yield _milliseconds("environment from a warm wheel cache", bench.environment_from_wheels, None, out)
    yield _milliseconds("environment for a lock seen before", bench.environment_seen, None, out)
    yield from _of_broken_projects(room / "broken", bench.state, out)
    if is_wanted(name := "grader watch: first answer to a changed model, to a cold grader check"):
        out.print("[dim]a session of grader watch[/]")
        yield _compared(name, *watching.answer_and_check(bench.state, ROUNDS), 0.1)
    own = own_tests.OwnTests(bench.root, bench.environment.site, bench.state)
    yield _ratio("coverage gate on solution 02, to one bare run of its tests", own.coverage, own.bare, 5.0, out)
    yield _ratio("test strength gate on solution 02, to one bare run of its tests", own.strength, own.bare, 15.0, out)
    yield from _reading(reading_gates.ReadingGates(bench.root, bench.environment.site, bench.state), out)
    yield from _served(room, out)
    what = "failure scenarios gate on solution 02, to one bare run of its tests"
    yield _ratio(what, own.scenarios, own.bare, 15.0, out)
    if is_wanted(memory := "peak memory of the grader itself"):
        peak = measures.peak_memory_mb(bench)
        yield Figure(memory, f"{peak:.0f} MB", "≤ 150 MB", peak <= 150)


def _of_broken_projects(room: Path, state: Path, out: Console) -> Iterator[Figure | None]:
    if is_wanted(name := "the slowest of ten projects that cannot start, to the start of the starter"):
        room.mkdir(mode=0o711)
        ten = broken.BrokenProjects(room, state)
        yield _ratio(name, ten.diagnosis, ten.start, 3.0, out)


def _served(room: Path, out: Console) -> Iterator[Figure]:
    """Gates and load that ask a served solution: each once, because a round takes minutes."""
    if is_wanted(name := "contract gate on solution 03, to its runs of schemathesis"):
        out.print(f"[dim]{name}[/]")
        yield _compared(name, *gate_time.gate_and_tools("contract", State(3, True), room / "contract"), 1.5)
    if is_wanted(name := "security gate on solution 04, to its runs of bandit, detect-secrets and wapiti"):
        out.print(f"[dim]{name}[/]")
        yield _compared(name, *gate_time.gate_and_tools("security", State(4, True), room / "security"), 2.0)
    if is_wanted(name := "duet of the performance gate with solution 03, to its requests"):
        out.print(f"[dim]{name}[/]")
        yield _compared(name, *duet_time.duet_and_requests(room / "duet"), 2.0)
    if is_wanted(name := "solution 05, 20 users, 1,000 posts: 95th percentile"):
        out.print(f"[dim]{name}[/]")
        yield Figure(name, f"{load.percentile_95(room / 'load'):.0f} ms")


def _of_checks(bench: measures.Bench, out: Console) -> Iterator[Figure | None]:
    if is_wanted("checks of module 02 on PostgreSQL, official"):
        yield from _official(bench, out)
    if is_wanted("checks of module 02 on SQLite"):
        yield from _on_sqlite(bench, out)


def _official(bench: measures.Bench, out: Console) -> Iterator[Figure | None]:
    """Checks as an official grading runs them, to plain pytest-django with real commits; then a grading as a whole."""
    name = "checks of module 02 on PostgreSQL, official, to plain pytest-django with transaction=True"
    official, base = (lambda: bench.checks("fork", "postgres")), (lambda: bench.checks("inline", "postgres"))
    yield _ratio(name, official, base, 1.6, out)
    yield Figure("the same cases in both", str(bench.cases))
    yield _milliseconds("official grade of module 02 as a whole, warm", bench.official, None, out)


def _reading(gates: reading_gates.ReadingGates, out: Console) -> Iterator[Figure | None]:
    """Gates that read the submission as it lies there."""
    yield _ratio("mypy in the style gate on solution 02, to mypy alone", gates.types, gates.bare_types, 1.3, out)
    what = "ruff, black and isort in the style gate on solution 02, to the three alone"
    yield _ratio(what, gates.style, gates.bare_style, 1.5, out)
    yield _milliseconds("documentation gate, links and decision records of solution 02", gates.pages, 500, out)
    what = "operations gate on Dockerfile and Compose file of solution 02, to hadolint and the schema alone"
    yield _ratio(what, gates.operations, gates.bare_operations, 3.0, out)


def _on_sqlite(bench: measures.Bench, out: Console) -> Iterator[Figure]:
    """The same checks three ways, in turn, so that a busy minute hits all of them alike."""
    ways = ("inline", "savepoint", "fork")
    times = _in_turn({way: lambda way=way: bench.checks(way) for way in ways}, out)  # type: ignore[misc]
    base = times["inline"]
    for way, bound in (("savepoint", 1.3), ("fork", 2.0)):
        yield _compared(f"checks of module 02 on SQLite, {way}, to in-process", times[way], base, bound)


def _ratio(name: str, measured: Measure, base: Measure, bound: float, out: Console) -> Figure | None:
    if not is_wanted(name):
        return None
    times = _in_turn({name: measured, "what it is measured against": base}, out)
    return _compared(name, *times.values(), bound)


def _compared(name: str, measured: float, base: float, bound: float) -> Figure:
    ratio = measured / base
    return Figure(name, f"{ratio:.2f} × ({_shown(measured)} to {_shown(base)})", f"≤ {bound} ×", ratio <= bound)


def _in_turn(ways: dict[str, Measure], out: Console) -> dict[str, float]:
    """The median of each, measured in turn after one round that does not count."""
    times: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(ROUNDS + 1):
        for way, measure in ways.items():
            out.print(f"[dim]{way}, round {number}[/]")
            taken = measure()
            if number:
                times[way].append(taken)
    return {way: statistics.median(taken) for way, taken in times.items()}


def _milliseconds(name: str, measure: Measure, bound: float | None, out: Console) -> Figure | None:
    """A figure of this machine alone."""
    if not is_wanted(name):
        return None
    milliseconds = _in_turn({name: measure}, out)[name] * 1000
    if bound is None:
        return Figure(name, _shown(milliseconds / 1000))
    return Figure(name, _shown(milliseconds / 1000), f"≤ {bound:.0f} ms", milliseconds <= bound)


def _shown(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
