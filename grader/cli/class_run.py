"""The run of `grader class`: puts together what grades, what keeps, and what tells."""

import json
import secrets
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from grader.children import Children
from grader.classroom.distributed.broker import LONGEST_S, CeleryQueue, connect, queue_of, visibility_s
from grader.classroom.distributed.coordinator import Coordinator
from grader.classroom.distributed.desk import Desk
from grader.classroom.distributed.envelope import Key
from grader.classroom.distributed.store import Store
from grader.classroom.executors import Apart, Executor, Pool, Serial
from grader.classroom.feedback import Feedback
from grader.classroom.held import room
from grader.classroom.journal import Journal
from grader.classroom.judging import judged, of_student, standing
from grader.classroom.opening import Lists, begin, hand_ins, take_lists, unplaced
from grader.classroom.run import ClassRun, Outcomes
from grader.classroom.space import FOR_GRADING, FOR_REPORTS
from grader.cli.class_book import rescored, tell, write_feedback
from grader.cli.class_grading import program
from grader.cli.console import out
from grader.domain.progress import Progress
from grader.given.names import key
from grader.pipeline import Assignment, Options, checks_hash
from grader.sandbox.select import open_sandbox

GRADED = "graded"
_REFUSED, _ERRORED = 1, 3
Rooms = tuple[tuple[Path, int], ...]


@dataclass(frozen=True, slots=True)
class Remote:
    """Where workers are reached: the addresses of the broker and the store, and the key that all share.

    ``ahead`` is how many gradings are sent to them at a time.
    """

    broker: str
    store: str
    key: Key
    ahead: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command was asked for; ``limit_s`` bounds one grading, in seconds. ``remote`` is where workers on
    other machines are reached, if they grade. ``why`` is written beside the scores that change."""

    course: Path
    assignment: Assignment
    options: Options
    submissions: Path
    out_dir: Path
    lists: Lists
    workers: int
    limit_s: float
    resume: bool
    remote: Remote | None = None
    again: tuple[str, ...] | None = None
    why: str = GRADED

    def facts(self) -> dict[str, str]:
        """What has to be the same when the class is resumed."""
        options = self.options
        how = {"criteria": options.criteria, "sandbox": options.sandbox, "seed": options.seed}
        return {"assignment": self.assignment.module.slug, "how": json.dumps(how)}

    def basis(self) -> str:
        """Names what evidence rests on besides the submission."""
        return checks_hash(self.assignment.checks(public_only=False))


def _for_again(wanted: Wanted, journal: Journal) -> Wanted:
    """In a class that was graded whole, the criteria that are named are those to be measured again."""
    known = json.loads(journal.facts().get("how", "{}"))
    whole = bool(known) and known.get("criteria") is None and bool(journal.handed_in())
    if not wanted.resume or not whole or wanted.options.criteria is None:
        return wanted
    return replace(wanted, options=replace(wanted.options, criteria=None), again=wanted.options.criteria)


def graded(wanted: Wanted, journal: Journal, show: Callable[[Progress], None], who: str) -> int:
    """Grades the class and writes its gradebook: the exit code."""
    wanted = _for_again(wanted, journal)
    begin(journal, wanted.out_dir, wanted.facts(), resume=wanted.resume)
    doubts = take_lists(journal, wanted.lists)
    given = hand_ins(journal, wanted.submissions, wanted.lists.index)
    for sentence in (*doubts, *unplaced(journal.students(), given)):
        tell(sentence)
    try:
        with room(journal.facts().get("room", "")) as place:
            journal.state(room=str(place))
            outcomes = _run(wanted, journal, show, place).grade(given)
    except KeyboardInterrupt:
        tell("Stopped. What was graded is kept: the same command with --resume goes on.")
        return 130
    if wanted.again and not outcomes.graded and outcomes.before:
        tell("Nothing was measured again: the checks are those that the class was graded with. Mend the check first.")
    why, other = _reasons(wanted, journal)
    rescored(journal, wanted.out_dir, wanted.assignment, why=why, who=who, other=other)
    write_feedback(journal, wanted.out_dir, wanted.assignment, show)
    return _told(outcomes)


def _reasons(wanted: Wanted, journal: Journal) -> tuple[str, dict[str, str]]:
    """Why scores change, and why those of the students by whose keys there is another reason.

    Where criteria were measured again, that moved nobody whose work was measured once: it was handed in meanwhile.
    """
    if wanted.again is None:
        return wanted.why, {}
    return GRADED, {key(student): wanted.why for student in journal.measured_again()}


def _run(wanted: Wanted, journal: Journal, show: Callable[[Progress], None], place: Path) -> ClassRun:
    assignment, options = wanted.assignment, wanted.options
    executor, check_machine, rooms = _executor(wanted, journal, place)
    feedback = Feedback(wanted.out_dir, tell)

    def write_feedback(number: int) -> None:
        holding = standing(journal.decisions())
        with closing(journal.entries(number)) as entries:
            for entry in entries:
                if entry.measured is not None:
                    own = of_student(holding, entry.student)
                    feedback.write(entry, judged(entry.measured, assignment, own))

    return ClassRun(
        journal=journal,
        executor=executor,
        assignment=assignment.module.slug,
        options=options,
        basis=wanted.basis(),
        progress=show,
        say=tell,
        recorded=write_feedback,
        check_machine=check_machine,
        rooms=(*rooms, (wanted.out_dir, FOR_REPORTS)),
        again=wanted.again,
    )


def _executor(wanted: Wanted, journal: Journal, place: Path) -> "tuple[Executor, Callable[[], None], Rooms]":
    """What grades, what raises where it cannot, and the room that it needs."""
    if wanted.remote is not None:
        return *_sent(wanted, wanted.remote, journal, place), ((place, FOR_REPORTS),)
    options = wanted.options
    children = Children("the class")
    command = program(wanted.course, wanted.assignment.module.number)
    grade = Apart(command, children, place, wanted.limit_s)
    one = wanted.workers == 1
    executor: Executor = Serial(grade, children.end) if one else Pool(grade, children.end, wanted.workers)
    rooms = ((place, FOR_GRADING), (options.state_dir, FOR_GRADING))
    return executor, lambda: open_sandbox(options.sandbox, state_dir=options.state_dir).close(), rooms


def _sent(wanted: Wanted, remote: Remote, journal: Journal, place: Path) -> tuple[Executor, Callable[[], None]]:
    run = journal.facts().get("run") or secrets.token_hex(16)
    journal.state(run=run)
    queue = queue_of(gate.metric for gate in wanted.assignment.module.gates)
    broker = CeleryQueue(connect(remote.broker, longest_s=LONGEST_S), queue)
    store = Store(remote.store)
    coordinator = Coordinator(
        desk=Desk(store, run),
        broker=broker,
        key=remote.key,
        basis=wanted.basis(),
        limit_s=wanted.limit_s,
        room=place,
        ahead=remote.ahead,
        patience_s=visibility_s(LONGEST_S) + wanted.limit_s,
        say=tell,
    )

    def check() -> None:
        store.check()
        store.mark()
        broker.ready()

    return coordinator, check


def _told(outcomes: Outcomes) -> int:
    before = f", {outcomes.before} were before" if outcomes.before else ""
    parts = [f"{outcomes.graded} graded now{before}"]
    parts += [f"{outcomes.refused} could not be taken in"] if outcomes.refused else []
    parts += [f"{outcomes.errored} could not be graded, through no fault of theirs"] if outcomes.errored else []
    out.print(f"{'; '.join(parts)}.")
    if outcomes.errored:
        return _ERRORED
    return _REFUSED if outcomes.refused else 0
