"""Proves the verdict on time: ``python -m tests.gates.prove_performance [RUNS]``.

Solution 03, and the same made slow in three ways, are measured in turn on a machine whose noise changes every few
seconds. Each run is noted in ``modules/performance.json`` at once: it can be interrupted, and goes on from there. What
was noted under another key, a fingerprint of what the verdict rests on (the gate's code, its thresholds, its locked
packages) and of what is planted here, is begun anew. A run that came to no verdict is noted as well: left out, it
would be a failure that nobody counts.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random

from grader.cli import options
from grader.course import load_course, project_to
from grader.course.fingerprint import fingerprint
from grader.domain.course import State
from grader.domain.errors import GraderError
from grader.environment import prepare
from grader.gates.performance import measuring
from grader.gates.performance.alone import alone
from grader.gates.performance.calibration import start_calibration
from grader.gates.performance.duet import play
from grader.gates.performance.gate import KEPT
from grader.gates.performance.limits import OWN, UNIT_MS
from grader.gates.performance.timed import served
from grader.gates.performance.verdict import Verdict, percentile
from grader.gates.subject import Subject
from grader.tools.tool import CONFIGURATION
from tests.gates.conftest import spec_of
from tests.gates.performance import middlewares
from tests.gates.performance.conftest import ROOT, Edits, plant

RUNS = 60
PLAIN_MS = 300
FAILED, ERRORED = "failed", "errored"
LEDGER = ROOT / "modules" / "performance.json"
_CODE = (
    *("verdict.py", "duet.py", "side.py", "limits.py", "visitor.py", "population.py", "timed.py", "queries.py"),
    *("api.py", "measuring.py", "alone.py"),
)
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
    """What came of one: the verdicts on the ratio and on p95 with their numbers, queries by which it grew, plain p95.

    ``verdict`` is also ``failed``, where the gate would say for ``reason`` that the submission kept it from measuring,
    or ``errored``, where something of ours or the machine did: there are no numbers then.
    """

    kind: str
    verdict: str
    seconds: float
    reason: str = ""
    ratio: float | None = None
    growth: float | None = None
    p95_verdict: str = ""
    p95_ms: float | None = None
    plain_p95_ms: float | None = None
    calibration_p95_ms: float | None = None
    rounds: int = 0

    @property
    def wrong(self) -> bool:
        """Whether that is a verdict that it must not have. *Undecided* fails nobody, *errored* is none."""
        fails = KINDS[self.kind].fails
        if self.verdict == ERRORED:
            return False
        if not fails:
            return self.verdict in (FAILED, Verdict.ABOVE) or self.p95_verdict == Verdict.ABOVE
        if fails == "growth":
            return self.verdict != FAILED and not self.growth
        return self.verdict == Verdict.WITHIN


def key() -> str:
    """What a verdict rests on, and what is planted here; not the solution, which may change with the course."""
    package = Path(measuring.__file__).parent
    here = (Path(__file__), Path(middlewares.__file__))
    calibration = sorted((package / "calibration").rglob("*.py"))
    return fingerprint([*(package / name for name in _CODE), *calibration, CONFIGURATION / "calibration.txt", *here])


def read() -> list[Run]:
    """The runs under the present key."""
    noted = json.loads(LEDGER.read_text()) if LEDGER.exists() else {}
    return [Run(**run) for run in noted.get("runs", ())] if noted.get("key") == key() else []


def write(runs: list[Run]) -> None:
    """Notes these runs under the present key."""
    noted = {"key": key(), "summary": summary(runs), "runs": [asdict(run) for run in runs]}
    LEDGER.write_text(json.dumps(noted, indent=1) + "\n")


def summary(runs: list[Run]) -> dict[str, dict[str, float]]:
    """By kind, how often each verdict came, and how many runs plain p95 would have judged otherwise than most."""
    found = {}
    for kind in KINDS:
        own = [run for run in runs if run.kind == kind]
        timed = [run.plain_p95_ms for run in own if run.plain_p95_ms is not None]
        plain = sum(ms <= PLAIN_MS for ms in timed)
        verdicts = {str(word): sum(run.verdict == word for run in own) for word in (*Verdict, FAILED, ERRORED)}
        above = {"p95 above": sum(run.p95_verdict == Verdict.ABOVE for run in own)}
        grown = {"grown": sum(bool(run.growth) for run in own)}
        found[kind] = {"runs": len(own), **verdicts, **above, **grown, "wrong": sum(run.wrong for run in own)}
        found[kind] |= {"plain p95 within 300 ms": plain, "plain p95 flips": min(plain, len(timed) - plain)}
    return found


def measure(name: str, seed: int, room: Path) -> Run:
    """One run, and whatever came of it."""
    began = time.monotonic()
    try:
        run = _measured(name, seed, room)
    except KEPT as kept:
        run = Run(name, FAILED, 0.0, f"{type(kept).__name__}: {kept}"[:300])
    except GraderError as error:
        run = Run(name, ERRORED, 0.0, f"{error.message} {error.hint}"[:300])
    return replace(run, seconds=round(time.monotonic() - began, 1))


def _measured(name: str, seed: int, room: Path) -> Run:
    """As the gate does it."""
    kind = KINDS[name]
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
        0.0,
        ratio=round(heard.mean.value / OWN, 3),
        growth=next((m.value for m in counts if m.metric == "performance.growth"), None),
        p95_verdict=heard.p95.verdict,
        p95_ms=round(heard.p95.value * UNIT_MS, 1),
        plain_p95_ms=round(percentile([p.subject.latency for p in pairs]) * 1000, 1),
        calibration_p95_ms=round(percentile([p.calibration.latency for p in pairs]) * 1000, 1),
        rounds=heard.rounds,
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
        write(runs)
        sys.stderr.write(f"{len(runs)} of {wanted}: {runs[-1]}\n")
    sys.stdout.write(json.dumps(summary(runs), indent=1) + "\n")
    sys.exit(any(run.wrong for run in runs))


if __name__ == "__main__":
    main()
