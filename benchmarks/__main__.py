"""`make bench`: each figure beside what it is measured against, and the bound it should keep."""

import contextlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import load, measures

ROUNDS = 3
# Seconds that the yardstick takes on the two-core machine that the bounds in seconds were written for.
USUAL_YARDSTICK_S = 0.303


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: seconds, milliseconds or megabytes, or a ratio of two measured in turn."""

    name: str
    value: str
    bound: str
    kept: bool


def main() -> None:
    """Measure, print, and exit 0: a figure past its bound is marked, never a failed build."""
    out = Console()
    table = Table("measured", "value", "should be", "", title="Speed, medians of one run")
    table.caption = (
        "Yardstick: how much longer than where the bounds were written this machine takes, just before, to make an "
        "empty PostgreSQL cluster. None of that is the grader's work."
    )
    with tempfile.TemporaryDirectory(prefix="track-bench-") as name:
        room = Path(name)
        room.chmod(0o711)
        for figure in figures(room, out):
            table.add_row(figure.name, figure.value, figure.bound, "✓" if figure.kept else "✗")
    out.print(table)


def figures(room: Path, out: Console) -> Iterator[Figure]:
    """All figures, in the order they are measured."""
    bench = measures.Bench(room)
    yield from _checks(bench, out)
    yield _seconds(bench, "official grade of module 02 on PostgreSQL, warm", bench.official, 8.0, out)
    yield _seconds(bench, "sandboxed agent, warm: first answer of a check", bench.warm_start, 0.2, out)
    yield _agent_start(bench, out)
    yield _seconds(bench, "environment from a warm wheel cache", bench.environment_from_wheels, 2.0, out)
    yield _seconds(bench, "environment for a lock seen before", bench.environment_seen, 0.1, out)
    yield _seconds(bench, "grader --help", _help, 0.15, out)
    out.print("[dim]twenty people at solution 05[/]")
    slower = bench.yardstick() / USUAL_YARDSTICK_S
    waited = load.percentile_95(room / "load")
    value = f"{waited:.0f} ms (yardstick {slower:.1f} ×)"
    yield Figure("solution 05, 20 users, 1,000 posts: 95th percentile", value, "≤ 300 ms", waited <= 300)
    peak = measures.peak_memory_mb(bench)
    yield Figure("peak memory of the grader itself", f"{peak:.0f} MB", "≤ 150 MB", peak <= 150)


def _checks(bench: measures.Bench, out: Console) -> Iterator[Figure]:
    """The same checks three ways, in turn, so that a busy minute hits all of them alike."""
    ways = ("inline", "savepoint", "fork")
    times: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(ROUNDS + 1):
        for way in ways:
            out.print(f"[dim]checks {way}, round {number}[/]")
            taken = bench.checks(way)
            if number:
                times[way].append(taken)
    base = statistics.median(times["inline"])
    for way, bound in (("savepoint", 1.3), ("fork", 2.0)):
        ratio = statistics.median(times[way]) / base
        detail = f"{ratio:.2f} × ({statistics.median(times[way]):.2f} s to {base:.2f} s)"
        yield Figure(f"checks of module 02 on SQLite, {way}, to in-process", detail, f"≤ {bound} ×", ratio <= bound)


def _agent_start(bench: measures.Bench, out: Console) -> Figure:
    """The agent's start to that of plain Python with the same project: what is above 1 is the grader's."""
    out.print("[dim]the project in plain Python and in the agent, in turn[/]")
    times = [(bench.agent_start(), bench.plain_start()) for _ in range(2 * ROUNDS)]
    agent, plain = (statistics.median(column) for column in zip(*times, strict=True))
    value = f"{agent / plain:.2f} × ({agent * 1000:.0f} ms to {plain * 1000:.0f} ms)"
    return Figure("sandboxed agent from nothing, to plain Python", value, "≤ 1.2 ×", agent / plain <= 1.2)


def _seconds(bench: measures.Bench, name: str, run: Callable[[], float], bound: float, out: Console) -> Figure:
    """A figure in seconds of this machine, beside what the same machine takes for the yardstick at that time."""
    out.print(f"[dim]{name}[/]")
    run()
    taken, slower = [], []
    for _ in range(ROUNDS):
        slower.append(bench.yardstick() / USUAL_YARDSTICK_S)
        taken.append(run())
    seconds = statistics.median(taken)
    value = f"{_shown(seconds, bound)} (yardstick {statistics.median(slower):.1f} ×)"
    return Figure(name, value, f"≤ {_shown(bound, bound)}", seconds <= bound)


def _shown(seconds: float, bound: float) -> str:
    return f"{seconds * 1000:.0f} ms" if bound < 1 else f"{seconds:.1f} s"


def _help() -> float:
    began = time.perf_counter()
    subprocess.run([str(Path(sys.executable).with_name("grader")), "--help"], capture_output=True, check=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
