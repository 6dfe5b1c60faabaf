"""Proves the verdict on time: ``python -m tests.gates.prove_performance [RUNS]``.

Solution 03, and the same made slow in three ways, are measured in turn on a machine whose noise changes every few
seconds. Each run is noted in ``modules/performance.json`` at once: it can be interrupted, and goes on from there. What
was noted under another key, a fingerprint of the gate's code, its thresholds and its locked packages, is begun anew.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from grader.cli import options
from grader.course import load_course, project_to
from grader.course.fingerprint import fingerprint
from grader.domain.course import State
from grader.environment import prepare
from grader.gates.performance import measuring
from grader.gates.performance.alone import alone
from grader.gates.performance.calibration import start_calibration
from grader.gates.performance.duet import play
from grader.gates.performance.limits import OWN
from grader.gates.performance.timed import served
from grader.gates.performance.verdict import Verdict, percentile
from grader.gates.subject import Subject
from grader.tools.tool import CONFIGURATION
from tests.gates.conftest import spec_of
from tests.gates.performance import middlewares
from tests.gates.performance.conftest import ROOT, Edits, plant

RUNS = 60
PLAIN_MS = 300
LEDGER = ROOT / "modules" / "performance.json"
_CODE = ("verdict.py", "duet.py", "side.py", "limits.py", "visitor.py", "population.py", "timed.py", "queries.py")
# Both end by themselves if whoever started them is killed.
_LOOP = "import os\nparent = os.getppid()\nwhile os.getppid() == parent:\n    for _ in range(100_000): pass\n"
_WRITER = """import os, sys
parent = os.getppid()
while os.getppid() == parent:
    with open(sys.argv[1], "wb") as file:
        for _ in range(64): file.write(os.urandom(1 << 20))
        os.fsync(file.fileno())
"""
NOISES = ((), (_LOOP,), (_LOOP, _LOOP), (_LOOP,) * 4, (_WRITER,), (_WRITER, _LOOP))


@dataclass(frozen=True, slots=True)
class Kind:
    """One that is measured: what is planted in it, and how it has to fail; ``""`` for one that must not."""

    fails: str = ""
    edits: Edits | None = None
    middleware: str = ""


KINDS = {
    "honest": Kind(),
    "asks row by row": Kind("growth", {"src/apps/posts/querysets.py": ('.prefetch_related("tags")', "")}),
    "1.5 times slower": Kind("ratio", middleware=middlewares.HALF_AS_MUCH_AGAIN),
    "sleeps 20 ms": Kind("ratio", middleware=middlewares.DOZES),
}


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one: the verdict on the ratio and the number, queries by which it grew, plain p95 in ms."""

    kind: str
    verdict: str
    ratio: float
    growth: float | None
    plain_p95_ms: float
    calibration_p95_ms: float
    rounds: int
    seconds: float

    @property
    def wrong(self) -> bool:
        """Whether that is a verdict that it must not have. *Undecided* fails nobody."""
        fails = KINDS[self.kind].fails
        if fails == "growth":
            return not self.growth
        return self.verdict == (Verdict.WITHIN if fails else Verdict.ABOVE)


def key() -> str:
    """What a verdict rests on."""
    package = Path(measuring.__file__).parent
    files = [*(package / name for name in _CODE), package / "calibration/wsgi.py", CONFIGURATION / "calibration.txt"]
    return fingerprint(files)


def read() -> list[Run]:
    """The runs under the present key."""
    noted = json.loads(LEDGER.read_text()) if LEDGER.exists() else {}
    return [Run(**run) for run in noted.get("runs", ())] if noted.get("key") == key() else []


def summary(runs: list[Run]) -> dict[str, dict[str, float]]:
    """By kind, how often each verdict came, and how many runs plain p95 would have judged otherwise than most."""
    found = {}
    for kind in KINDS:
        own = [run for run in runs if run.kind == kind]
        plain = sum(run.plain_p95_ms <= PLAIN_MS for run in own)
        verdicts = {str(verdict): sum(run.verdict == verdict for run in own) for verdict in Verdict}
        grown = {"grown": sum(bool(run.growth) for run in own)}
        found[kind] = {"runs": len(own), **verdicts, **grown, "wrong": sum(run.wrong for run in own)}
        found[kind] |= {"plain p95 within 300 ms": plain, "plain p95 flips": min(plain, len(own) - plain)}
    return found


def measure(name: str, seed: int, room: Path) -> Run:
    """One run, as the gate does it."""
    kind, began = KINDS[name], time.monotonic()
    project = project_to(load_course(ROOT), State(3, True), room / "project")
    environment = prepare(project, course_lock=project, cache=options.state_dir() / "environments", progress=str)
    plant(project, kind.edits or {}, kind.middleware)
    folder = room / "gate"
    folder.mkdir(mode=0o711)
    spec = spec_of(project, options.state_dir(), deps=environment.site, folder=folder)
    with ExitStack() as stack, Subject(spec, seed) as subject:
        counts = measuring.queries(subject) if kind.fails == "growth" else []
        stack.enter_context(alone(subject.state_dir))
        timed = stack.enter_context(served(subject))
        heard = play(timed.side, start_calibration(spec, stack), timed.visitor, measuring.LIMITS, timed.random)
    pairs = [pair for block in heard.blocks for pair in block]
    return Run(
        name,
        heard.mean.verdict,
        round(heard.mean.value / OWN, 3),
        next((m.value for m in counts if m.metric == "performance.growth"), None),
        round(percentile([p.subject.latency for p in pairs]) * 1000, 1),
        round(percentile([p.calibration.latency for p in pairs]) * 1000, 1),
        heard.rounds,
        round(time.monotonic() - began, 1),
    )


@contextmanager
def noise(room: Path, random: Random) -> Iterator[None]:
    """Another noise every one to four seconds, until the end."""
    over = threading.Event()

    def make() -> None:
        while not over.is_set():
            programs = random.choice(NOISES)
            own = [subprocess.Popen([sys.executable, "-c", text, str(room / "noise")]) for text in programs]
            over.wait(random.uniform(1, 4))
            for process in own:
                process.kill()
                process.wait()

    thread = threading.Thread(target=make)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def main() -> None:
    """Runs what is missing, and prints what came of all; ends with 1 if a verdict is wrong."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    runs = read()
    while len(runs) < wanted:
        name, seed = list(KINDS)[len(runs) % len(KINDS)], len(runs) + 1
        with tempfile.TemporaryDirectory(prefix="track-prove-") as folder:
            room = Path(folder)
            room.chmod(0o711)
            with noise(room, Random(seed)):
                runs.append(measure(name, seed, room))
        noted = {"key": key(), "summary": summary(runs), "runs": [asdict(run) for run in runs]}
        LEDGER.write_text(json.dumps(noted, indent=1) + "\n")
        sys.stderr.write(f"{len(runs)} of {wanted}: {runs[-1]}\n")
    sys.stdout.write(json.dumps(summary(runs), indent=1) + "\n")
    sys.exit(any(run.wrong for run in runs))


if __name__ == "__main__":
    main()
