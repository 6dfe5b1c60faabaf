"""Grades the cases that wait: ``python -m tests.fairness.unseen NN [JOBS]``.

Each is noted in ``out/unseen-NN.json`` at once: it can be interrupted, and goes on from there. What was noted of other
checks has to be deleted by whoever changed them.
"""

import json
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from types import FrameType
from typing import Any

from grader.cli import options
from grader.course import load_course
from grader.course.ledger import Outcome
from grader.course.projection import project_tree, write_tree
from grader.course.proving import Children
from grader.domain.course import State
from grader.domain.errors import EnvironmentError_
from tests.fairness.unseen.cases import Case, edited, load

ROOT = Path(__file__).parents[3]


def graded(module: int, case: Case, room: Path, children: Children) -> Outcome:
    """What the module's checks say of the case; where the machine kept them from it, on a second try."""
    try:
        return graded_once(module, case, room, children)
    except EnvironmentError_ as error:
        sys.stderr.write(f"Again: {case.kind} {case.id}: {error.message}\n")
        return graded_once(module, case, room, children)


def graded_once(module: int, case: Case, room: Path, children: Children) -> Outcome:
    """What the module's checks say of the case. Raises ``GraderError`` where they cannot."""
    solution = project_tree(load_course(ROOT), State(module, True))
    room.mkdir(mode=0o711)
    submission = write_tree(edited(solution, case), room / "submission")
    try:
        return children.graded(ROOT, module, submission, "", options.state_dir()).outcome
    finally:
        shutil.rmtree(room, ignore_errors=True)


def summary(cases: tuple[Case, ...], noted: Mapping[str, Mapping[str, Any]]) -> dict[str, object]:
    """How many faults cost points, how many edits have full marks, and the others by id."""
    lost = {name: [*one["failed"], *one["blocked"]] for name, one in noted.items()}
    faults, edits = ([c.id for c in cases if c.kind == kind and c.id in noted] for kind in ("fault", "edit"))
    return {
        "faults": len(faults),
        "missed": [name for name in faults if not lost[name]],
        "edits": len(edits),
        "refused": {name: lost[name] for name in edits if lost[name]},
        "not measured": [name for name, one in noted.items() if one["errored"]],
    }


def main() -> None:
    """Grades what is not noted yet, and prints what came of all."""
    module, jobs = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 2
    cases, notes, lock, children = load(module), ROOT / "out" / f"unseen-{module:02d}.json", Lock(), Children()
    notes.parent.mkdir(exist_ok=True)
    noted = json.loads(notes.read_text()) if notes.exists() else {}

    def grade(case: Case) -> None:
        outcome = graded(module, case, room / case.id, children)
        with lock:
            noted[case.id] = {name: getattr(outcome, name) for name in ("score", "failed", "blocked", "errored")}
            notes.write_text(json.dumps(noted, indent=1) + "\n")
            sys.stderr.write(f"{len(noted)} of {len(cases)}: {case.kind} {case.id}: {noted[case.id]}\n")

    with tempfile.TemporaryDirectory(prefix="track-unseen-") as folder, ThreadPoolExecutor(jobs) as pool:
        room = Path(folder)
        room.chmod(0o711)
        try:
            list(pool.map(grade, [case for case in cases if case.id not in noted]))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            children.end()
    sys.stdout.write(json.dumps(summary(cases, noted), indent=1) + "\n")


def _as_interrupt(signum: int, frame: FrameType | None) -> None:
    """End as on Ctrl-C: what is under way is ended, and not noted."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _as_interrupt)
    main()
