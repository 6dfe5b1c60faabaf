"""A session of `grader watch` under scripted edits: how soon the first answer comes, and what the session holds on to.

``python -m benchmarks.watching --minutes 30`` prints a line for each turn of edits, and ends with 1 where it grows.
"""

import argparse
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from grader.course import build_solution, load_course

ROOT = Path(__file__).parents[1]
GRADER = Path(sys.executable).with_name("grader")
MODELS = "src/apps/posts/models.py"
_ANSWER = re.compile(r": (fails now|still fails|passes now|waits for another)$|checks pass, those|does not start", re.M)
_WAITING = "Waiting for the next save"
_WRONG = '\n\nPost.__str__ = lambda self: "another"\n'
_TURN = {"broken": _WRONG, "mended": "", "no Python": "\nclass (:\n", "Python again": "", "a comment": "\n# Said.\n"}
# A turn may cost what the interpreter and its allocator keep; what every turn adds to is a leak.
_MOST_MB, _MOST_MORE = 30.0, 3


@dataclass(frozen=True, slots=True)
class Held:
    """What a session holds on to: processes, descriptors and MB of memory of its own, entries of its temporary folder,
    folders of the grader's cache, databases of the machine's shared memory."""

    processes: int
    descriptors: int
    memory_mb: float
    temporary: int
    kept: int
    shared: int


class Session:
    """`grader watch` on a copy of solution 02, with a folder for temporary files of its own."""

    def __init__(self, room: Path, state: Path) -> None:
        self.project = build_solution(load_course(ROOT), 2, room / "project")
        self.temporary, self.state, self.out = room / "temporary", state, room / "checked"
        self.temporary.mkdir()
        self.temporary.chmod(0o755)
        self.right = (self.project / MODELS).read_text("utf-8")
        self.text = ""
        words = [str(GRADER), "watch", str(self.project), "--module", "02", "--out", str(room / "out")]
        env = {**os.environ, "TMPDIR": str(self.temporary), "GRADER_CACHE": str(state)}
        self.process = subprocess.Popen(
            words,
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.text += line

    def wait_for(self, pattern: str | re.Pattern[str], after: int, within_s: float = 1800.0) -> int:
        """The place in the text behind what matches; ``RuntimeError`` with the text if it does not come."""
        ends = time.monotonic() + within_s
        while time.monotonic() < ends and self.process.poll() is None:
            if found := re.compile(pattern).search(self.text, after):
                return found.end()
            time.sleep(0.005)
        raise RuntimeError(f"{pattern} did not come:\n{self.text[after:]}")

    def edit(self, more: str) -> tuple[float, float]:
        """Saves the models with that text behind them: seconds until the first answer, and until all was told."""
        place, since = len(self.text), time.monotonic()
        (self.project / MODELS).write_text(self.right + more, "utf-8")
        place = self.wait_for(_ANSWER, place)
        first = time.monotonic() - since
        self.wait_for(_WAITING, place)
        return first, time.monotonic() - since

    def held(self) -> Held:
        """What it holds on to now."""
        own = Path(f"/proc/{self.process.pid}")
        memory = re.search(r"VmRSS:\s+(\d+)", (own / "status").read_text())
        return Held(
            processes=len(_family(self.process.pid)),
            descriptors=len(list((own / "fd").iterdir())),
            memory_mb=int(memory[1]) / 1024 if memory else 0.0,
            temporary=len(list(self.temporary.iterdir())),
            kept=len(list(self.state.iterdir())),
            shared=len(list(Path("/dev/shm").iterdir())),
        )

    def end(self) -> tuple[float, list[str]]:
        """Seconds until Ctrl-C has ended it, and what is left of it then."""
        family, since = _family(self.process.pid), time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        took = time.monotonic() - since
        running = [f"process {pid}" for pid in family if _parent(Path(f"/proc/{pid}/stat"))]
        return took, [*(path.name for path in self.temporary.iterdir()), *running]


def _family(pid: int) -> set[int]:
    """The process, and all that it and its own have started."""
    parents = {int(stat.parent.name): _parent(stat) for stat in Path("/proc").glob("[0-9]*/stat")}
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def _parent(stat: Path) -> int:
    """The parent of a process that runs; 0 of one that has ended."""
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[1]) if fields[0] != "Z" else 0


@contextmanager
def session(state: Path) -> Iterator[Session]:
    """A session that has told its first result, and waits for a save with the next round prepared."""
    room = Path(tempfile.mkdtemp(prefix="track-watching-"))
    room.chmod(0o755)
    try:
        with Session(room, state) as running:
            running.wait_for(_WAITING, 0)
            time.sleep(_prepared_s())
            yield running
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _prepared_s() -> float:
    """How long nobody saves: people read an answer before they write the next line."""
    return 4.0


def answer_and_check(state: Path, rounds: int) -> tuple[float, float]:
    """Seconds until the first answer to a save that changes what a model does, and those of a `grader check`.

    The medians of what was measured in turn, on one project.
    """
    answers, checks = [], []
    with session(state) as running:
        for more in [_WRONG, ""] * rounds:
            since = time.monotonic()
            words = [str(GRADER), "check", str(running.project), "--module", "02", "--out", str(running.out)]
            env = {**os.environ, "GRADER_CACHE": str(state)}
            subprocess.run(words, cwd=ROOT, env=env, capture_output=True, check=False)
            checks.append(time.monotonic() - since)
            answers.append(running.edit(more)[0])
            time.sleep(_prepared_s())
    return statistics.median(answers), statistics.median(checks)


def main() -> int:
    """Edits for as long as asked, and what the session holds on to at each turn."""
    options = argparse.ArgumentParser()
    options.add_argument("--minutes", type=float, default=30.0)
    minutes = options.parse_args().minutes
    from grader.cli.options import state_dir

    answers, all_held, ends = [], [], time.monotonic() + 60 * minutes
    with session(state_dir()) as running:
        while time.monotonic() < ends:
            for more in _TURN.values():
                answers.append(running.edit(more)[0])
                time.sleep(_prepared_s())
            all_held.append(running.held())
            print(f"{len(answers):4d} saves, first answer {answers[-1]:.2f} s, {all_held[-1]}", flush=True)
        took, left = running.end()
    first, last = all_held[min(1, len(all_held) - 1)], all_held[-1]
    quantiles = statistics.quantiles(answers, n=20) if len(answers) > 1 else answers * 19
    print(f"{len(answers)} saves: first answer {statistics.median(answers):.2f} s, 95 of 100 in {quantiles[18]:.2f} s")
    print(f"ended in {took:.2f} s, left behind: {left or 'nothing'}")
    grown = [name for name in Held.__slots__ if getattr(last, name) - getattr(first, name) > _bound(name)]
    print(f"grown: {', '.join(grown) or 'nothing'}")
    return int(bool(grown or left or took > 2))


def _bound(name: str) -> float:
    return _MOST_MB if name == "memory_mb" else _MOST_MORE


if __name__ == "__main__":
    sys.exit(main())
