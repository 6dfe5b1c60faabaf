"""One grading of a class, as a program of its own: it reads a job, and writes the evidence or why there is none.

It ends with whoever started it, however that ends.
"""

import ctypes
import os
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from types import FrameType

from grader.classroom.answer import evidence, refusal
from grader.course import assign, load_course
from grader.domain.errors import GraderError
from grader.pipeline import EvidenceStore, Job, measure
from grader.pipeline.job import decode

_PR_SET_PDEATHSIG = 1


def program(course: Path, number: int) -> tuple[str, ...]:
    """The command that grades for a module of the course."""
    return (sys.executable, "-m", "grader.cli.class_grading", str(course), str(number), str(os.getpid()))


def main(course: Path, number: int, asked: bytes) -> bytes:
    """The answer to a job."""
    try:
        job = decode(Job, asked)
        with tempfile.TemporaryDirectory(prefix="control-") as room:
            Path(room).chmod(0o711)  # the sandbox's own user passes through to the control submission
            assignment = assign(load_course(course), number, Path(room))
            store = EvidenceStore(job.options.state_dir / "evidence")
            return evidence(measure(job, assignment, progress=lambda step: None, store=store))
    except GraderError as problem:
        return refusal(problem)


def _as_interrupt(signum: int, frame: FrameType | None) -> None:
    """End as on Ctrl-C: sandboxes and servers are taken down on the way out."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _as_interrupt)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    course_, number_, parent = sys.argv[1:]
    if os.getppid() == int(parent):  # else it had ended before that was arranged
        with suppress(KeyboardInterrupt), os.fdopen(os.dup(1), "wb") as answer:
            os.dup2(2, 1)  # nothing but the answer is an answer, whatever a library prints
            answer.write(main(Path(course_), int(number_), sys.stdin.buffer.read()))
