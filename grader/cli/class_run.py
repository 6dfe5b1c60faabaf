"""The run of `grader class`: puts together what grades, what keeps, and what tells."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from grader.children import Children
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
from grader.pipeline import Assignment, Options, checks_hash
from grader.sandbox.select import open_sandbox

_REFUSED, _ERRORED = 1, 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command was asked for; ``limit_s`` bounds one grading, in seconds."""

    course: Path
    assignment: Assignment
    options: Options
    submissions: Path
    out_dir: Path
    lists: Lists
    workers: int
    limit_s: float
    resume: bool
    again: tuple[str, ...] | None = None

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
    rescored(journal, wanted.out_dir, wanted.assignment, why="graded", who=who)
    write_feedback(journal, wanted.out_dir, wanted.assignment, show)
    return _told(outcomes)


def _run(wanted: Wanted, journal: Journal, show: Callable[[Progress], None], place: Path) -> ClassRun:
    assignment, options = wanted.assignment, wanted.options
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
        executor=_executor(wanted, place),
        assignment=assignment.module.slug,
        options=options,
        basis=wanted.basis(),
        progress=show,
        say=tell,
        recorded=write_feedback,
        check_machine=lambda: open_sandbox(options.sandbox, state_dir=options.state_dir).close(),
        rooms=((place, FOR_GRADING), (options.state_dir, FOR_GRADING), (wanted.out_dir, FOR_REPORTS)),
        again=wanted.again,
    )


def _executor(wanted: Wanted, place: Path) -> Executor:
    children = Children("the class")
    command = program(wanted.course, wanted.assignment.module.number)
    grade = Apart(command, children, place, wanted.limit_s)
    if wanted.workers == 1:
        return Serial(grade, children.end)
    return Pool(grade, children.end, wanted.workers)


def _told(outcomes: Outcomes) -> int:
    before = f", {outcomes.before} were before" if outcomes.before else ""
    parts = [f"{outcomes.graded} graded now{before}"]
    parts += [f"{outcomes.refused} could not be taken in"] if outcomes.refused else []
    parts += [f"{outcomes.errored} could not be graded, through no fault of theirs"] if outcomes.errored else []
    out.print(f"{'; '.join(parts)}.")
    if outcomes.errored:
        return _ERRORED
    return _REFUSED if outcomes.refused else 0
