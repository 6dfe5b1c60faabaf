"""Proves that solutions meet the gates of their module: ``python -m tests.gates.prove_states [03/solution ...]``.

Each of the ten states is measured by all gates of its module, as `grader grade` measures them, and no check runs. What
came of it is noted in ``modules/gates.json`` at once, under a key of all that it rests on: the state's files, the code
of the gates with the locks of their tools, and what the module asks for. What stands there under its key is not
measured again. A starter has to miss a gate that gives points, or blocks, where its module has such gates.
"""

import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import grader
from grader.cli import options
from grader.course import Course, assign, load_course, project_to, project_tree
from grader.course.fingerprint import fingerprint
from grader.course.keys import Keys
from grader.domain.course import Module, State
from grader.domain.progress import Progress
from grader.domain.status import Status
from grader.pipeline import Options, grade
from grader.pipeline.key import measuring_files

ROOT = Path(__file__).parents[2]
LEDGER = ROOT / "modules" / "gates.json"
SEED = 1
# Of the grader's rooms, those that decide what a gate measures; checks have a ledger of their own.
_ROOMS = ("gates", "stage", "tools")


@dataclass(frozen=True, slots=True)
class Proved:
    """What came of a state: by metric its verdict and its value, and the seconds that all took."""

    key: str
    gates: dict[str, tuple[str, float | None]]
    seconds: float

    def wrong(self, course: Course, name: str) -> tuple[str, ...]:
        """The metrics that a solution does not meet; ``("none",)`` for a starter that meets all that count."""
        missed = [metric for metric, (verdict, _) in self.gates.items() if verdict != Status.PASSED]
        if state_of(name).solved:
            return tuple(missed)
        counting = {gate.metric for gate in _module(course, name).counting().gates}
        return ("none",) if counting and not counting.intersection(missed) else ()


def names(course: Course) -> Iterator[str]:
    """The states, as ``03/solution`` and ``03/starter``."""
    for module in course.modules:
        yield from (f"{module.number:02d}/{kind}" for kind in ("solution", "starter"))


def state_of(name: str) -> State:
    """The state of that name."""
    number, _, kind = name.partition("/")
    return State(int(number), kind == "solution")


def key(course: Course, name: str) -> str:
    """What the verdicts on a state rest on: its files, the gates' code and tools, and what the module asks for."""
    home = Path(grader.__file__).parent
    code = fingerprint([path for path in measuring_files() if path.relative_to(home).parts[0] in _ROOMS])
    asked = [(gate.metric, gate.op, gate.threshold) for gate in _module(course, name).gates]
    tree = Keys(course).tree(project_tree(course, state_of(name)))
    return f"{tree[:16]} {code} {hashlib.sha256(repr(asked).encode()).hexdigest()[:16]}"


def _module(course: Course, name: str) -> Module:
    return next(module for module in course.modules if module.number == state_of(name).checkpoint)


def read() -> dict[str, Proved]:
    """All that is noted, current or not, by state."""
    noted = json.loads(LEDGER.read_text("utf-8")) if LEDGER.exists() else {}
    return {
        name: Proved(entry["key"], {m: (v, value) for m, (v, value) in entry["gates"].items()}, entry["seconds"])
        for name, entry in noted.items()
    }


def current(course: Course) -> dict[str, Proved]:
    """What is noted under its present key."""
    return {name: proved for name, proved in read().items() if proved.key == key(course, name)}


def proved(course: Course, name: str) -> Proved:
    """What is noted of a state under its present key, or else what is measured now, and noted."""
    wanted = key(course, name)
    found = read().get(name)
    if found is not None and found.key == wanted:
        return found
    found = _measured(course, name, wanted)
    if all(verdict != Status.ERRORED for verdict, _ in found.gates.values()):  # what is ours is no verdict
        _write({**read(), name: found})
    return found


def _measured(course: Course, name: str, wanted: str) -> Proved:
    state, began = state_of(name), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="track-prove-") as folder:
        room = Path(folder)
        room.chmod(0o711)
        project = project_to(course, state, room / "project")
        assignment = assign(course, state.checkpoint, room)
        metrics = tuple(gate.metric for gate in assignment.module.gates)
        choices = Options(options.state_dir(), seed=SEED, criteria=(), gates=metrics, lanes=options.lanes())
        result = grade(project, assignment, choices, progress=_said)
    gates = {gate.metric: (str(gate.status), gate.actual) for gate in result.gates}
    return Proved(wanted, gates, round(time.monotonic() - began, 1))


def _said(step: Progress) -> None:
    sys.stderr.write(f"  {step.text}\n")


def _write(found: dict[str, Proved]) -> None:
    noted = {name: asdict(found[name]) for name in sorted(found)}
    LEDGER.write_text(json.dumps(noted, indent=1) + "\n", "utf-8")


def main(wanted: Iterable[str]) -> int:
    """Measures what is missing of these states, or of all; 1 if a verdict is wrong."""
    course, bad = load_course(ROOT), False
    for name in wanted or names(course):
        found = proved(course, name)
        wrong = found.wrong(course, name)
        bad = bad or bool(wrong)
        sys.stdout.write(f"{name}: {'as it should be' if not wrong else ', '.join(wrong)} ({found.seconds:.0f} s)\n")
    return int(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
