"""How long the duet of the performance gate takes, beside the requests that it consists of."""

import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.measures import ROOT
from grader.cli import options
from grader.course import load_course, project_to
from grader.domain.course import State
from grader.environment import prepare
from grader.gates.performance.calibration import start_calibration
from grader.gates.performance.duet import play
from grader.gates.performance.measuring import LIMITS
from grader.gates.performance.timed import served
from grader.gates.subject import Subject
from grader.stage.spec import StageSpec


def duet_and_requests(room: Path) -> tuple[float, float]:
    """Seconds of a duet with solution 03, and those in which its servers were asked."""
    room.mkdir()
    state, folder = options.state_dir(), room / "gate"
    project = project_to(load_course(ROOT), State(3, True), room / "project")
    environment = prepare(project, course_lock=project, cache=state / "environments", progress=str)
    for path in (room, folder):
        path.mkdir(exist_ok=True)
        path.chmod(0o711)
    spec = StageSpec(
        submission=project,
        deps=environment.site,
        sandbox="auto",
        database="postgres",
        mode="fork",
        state_dir=state,
        folder=folder,
    )
    with ExitStack() as stack, Subject(spec, 1) as subject:
        timed = stack.enter_context(served(subject))
        calibrated = start_calibration(spec, stack)
        began = time.monotonic()
        heard = play(timed.side, calibrated, timed.visitor, LIMITS, timed.random)
        taken = time.monotonic() - began
    pairs = [pair for block in heard.blocks for pair in block]
    # Where it was measured twice, the blocks are those of the second time.
    return taken / heard.rounds, sum(pair.subject.latency + pair.calibration.latency for pair in pairs)
