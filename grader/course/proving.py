"""One grading of the proof in a process of its own, which can be ended at once with all that it has started."""

import json
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

import msgspec

from grader.children import Children as Processes
from grader.course.assignments import assign
from grader.course.ledger import Outcome, outcome_of
from grader.course.manifest import load_course
from grader.course.stale import Part
from grader.domain import errors
from grader.domain.errors import EnvironmentError_, GraderError
from grader.domain.result import Result
from grader.pipeline import Options, grade

# One seed for all: a mutant that is caught by luck only would otherwise come and go.
SEED = 20_260_101
_TAIL = 600


@dataclass(frozen=True, slots=True)
class Graded:
    """What came of a grading, and how long its checks took: the longest of each name, in seconds."""

    outcome: Outcome
    seconds: dict[str, float]


class Children(Processes):
    """The gradings that are under way. ``end`` ends them, and begins none after."""

    def __init__(self) -> None:
        super().__init__("the proof")

    def graded(
        self,
        root: Path,
        number: int,
        submission: Path,
        key: str,
        state_dir: Path,
        *,
        seed: int = SEED,
        part: Part | None = None,
    ) -> Graded:
        """Grades a folder for a module of the course in ``root``: by all of its checks, or those of the ``part``.

        The folder above ``submission`` is where all temporary files of the grading go: whoever removes it has removed
        whatever a grading that was killed has left.

        Raises:
            GraderError: whatever the grading raised, or that it ended without an outcome.
        """
        words = [str(root), str(number), str(submission), key, str(state_dir), str(seed)]
        words += [] if part is None else [",".join(part.criteria), ",".join(part.checks)]
        ended = self.run([sys.executable, "-m", "grader.course.proving", *words], submission.parent)
        try:
            answer = json.loads(ended.said)
            if "error" in answer:
                raise getattr(errors, answer["error"], GraderError)(answer["message"], answer["hint"])
            return msgspec.convert(answer, Graded)
        except (ValueError, KeyError, TypeError, msgspec.ValidationError):
            tail = ended.error.decode(errors="replace").strip()[-_TAIL:]
            raise EnvironmentError_(f"a grading ended without an outcome: {tail}", "Run the same again.") from None


def main(words: Sequence[str]) -> None:
    """Grades one folder and prints what came of it as JSON: a ``Graded``, or an ``error`` with what to do."""
    root, number, submission, key, state_dir, seed, *part = words
    criteria, checks = (tuple(names.split(",")) for names in part) if part else (None, None)
    answer: dict[str, object]
    try:
        found = assign(load_course(Path(root)), int(number), Path(submission).parent)
        assignment = replace(found, module=replace(found.module, gates=()))  # gates have proofs of their own
        options = Options(Path(state_dir), seed=int(seed), criteria=criteria, checks=checks)
        result = grade(Path(submission), assignment, options, progress=lambda step: None)
        answer = msgspec.to_builtins(Graded(outcome_of(key, result), _longest(result)))
    except GraderError as problem:
        answer = {"error": type(problem).__name__, "message": problem.message, "hint": problem.hint}
    sys.stdout.write(json.dumps(answer))


def _longest(result: Result) -> dict[str, float]:
    seconds: dict[str, float] = {}
    for observation in (o for criterion in result.criteria for o in criterion.observations):
        name = observation.check.partition("[")[0]
        seconds[name] = max(seconds.get(name, 0.0), observation.duration_s)
    return seconds


def _as_interrupt(signum: int, frame: FrameType | None) -> None:
    """End as on Ctrl-C: sandboxes and servers are taken down on the way out."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _as_interrupt)
    with suppress(KeyboardInterrupt):
        main(sys.argv[1:])
