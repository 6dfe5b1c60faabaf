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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Self

from benchmarks.edits import MODELS, TURN, WRONG, Desk, Edit
from benchmarks.held import Family, Held
from grader.course import build_solution, load_course

ROOT = Path(__file__).parents[1]
GRADER = Path(sys.executable).with_name("grader")
_WAITING = "Waiting for the next save"
_ANSWER = re.compile(
    r": (fails now|still fails|passes now|waits for another)$|checks pass, those|does not start|" + _WAITING, re.M
)
# A turn may cost what the interpreter and its allocator keep; what every turn adds to is a leak.
_MOST = {"memory_mb": 30.0, "all_mb": 60.0, "all_descriptors": 30}
_MOST_MORE = 3
# Who saves in haste, and how soon a save is noticed.
_BETWEEN_SAVES_S, _NOTICED_S = 0.3, 1.0


class Session:
    """`grader watch` on a copy of solution 02, with a folder for temporary files of its own."""

    def __init__(self, room: Path, state: Path) -> None:
        self.project = build_solution(load_course(ROOT), 2, room / "project")
        self.temporary, self.state, self.out = room / "temporary", state, room / "checked"
        self.temporary.mkdir()
        self.temporary.chmod(0o755)
        self.desk, self.right = Desk(self.project), (self.project / MODELS).read_text("utf-8")
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
        self.family = Family(self.process.pid)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
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
        return self._told(lambda: (self.project / MODELS).write_text(self.right + more, "utf-8"))

    def try_out(self, edit: Edit, pause_s: float) -> tuple[float, float]:
        """Makes an edit, and undoes it after a pause: seconds until the first answer to the one and to the other.

        The round about the edit need not have ended by then; the one after it has.
        """
        before: dict[str, str | None] = {}

        def make() -> None:
            for number in range(edit.times):
                if number:
                    time.sleep(_BETWEEN_SAVES_S)
                    self.desk.undo(before)
                    time.sleep(_BETWEEN_SAVES_S)
                before.update(self.desk.make(edit))

        made = self._told(make, whole=False)[0]
        time.sleep(pause_s)
        undone = self._told(lambda: self.desk.undo(before))[0]
        time.sleep(pause_s)
        return made, undone

    def _told(self, save: Callable[[], object], *, whole: bool = True) -> tuple[float, float]:
        """Saves: seconds until the first answer, and until all was told, if that is waited for."""
        place = len(self.text)
        save()
        since = time.monotonic()
        place = self.wait_for(_ANSWER, self.wait_for(r" changed\.$", place))
        first = time.monotonic() - since
        while whole and self.text.rfind(_WAITING) < self.text.rfind(" changed.\n"):
            self.wait_for(_WAITING, self.text.rfind(" changed.\n"))
            time.sleep(_NOTICED_S)
        return first, time.monotonic() - since

    def held(self) -> Held:
        """What it holds on to now."""
        return self.family.held(self.temporary, self.state)

    def end(self) -> tuple[float, list[str]]:
        """Seconds until Ctrl-C has ended it, and what is left of it then."""
        self.family.members()
        since = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        took = time.monotonic() - since
        running = [f"process {pid}" for pid in self.family.members()]
        return took, [*(path.name for path in self.temporary.iterdir()), *running, *self.family.groups()]


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
        for more in [WRONG, ""] * rounds:
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
    options.add_argument("--pause", type=float, default=_prepared_s(), help="seconds between an answer and a save")
    chosen = options.parse_args()
    # A shell that starts this in the background has it ignore Ctrl-C, and what it starts would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    from grader.cli.options import state_dir

    answers: list[float] = []
    turns: list[Held] = []
    began = time.monotonic()
    with session(state_dir()) as running:
        while time.monotonic() - began < 60 * chosen.minutes:
            for edit in TURN:
                took = running.try_out(edit, chosen.pause)
                answers += took if edit.times == 1 else took[1:]
                held = running.held()
                print(f"  {edit.name}: answered in {took[0]:.2f} s, put back: in {took[1]:.2f} s, {held}", flush=True)
            turns.append(running.held())
            print(f"{(time.monotonic() - began) / 60:5.1f} min, {len(answers)} saves: {turns[-1]}", flush=True)
        took_s, left = running.end()
    quantiles = statistics.quantiles(answers, n=20)
    print(f"{len(answers)} saves: first answer {statistics.median(answers):.2f} s, 95 of 100 in {quantiles[18]:.2f} s")
    print(f"ended in {took_s:.2f} s, left behind: {left or 'nothing'}")
    grew = grown(turns)
    print(f"grown: {', '.join(grew) or 'nothing'}")
    return int(bool(grew or left or took_s > 2))


def grown(turns: list[Held]) -> list[str]:
    """What there is more of after the last turn than after the second, or than after the first of two."""
    first, last = turns[min(1, len(turns) - 2)] if len(turns) > 1 else turns[0], turns[-1]
    names = [one.name for one in fields(Held)]
    return [name for name in names if getattr(last, name) - getattr(first, name) > _MOST.get(name, _MOST_MORE)]


if __name__ == "__main__":
    sys.exit(main())
