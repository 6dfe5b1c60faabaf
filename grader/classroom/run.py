"""Grades what is due of a class, and keeps each outcome in the journal before the next thing is done."""

import time
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from grader.classroom.database import NoRoom
from grader.classroom.estimate import in_words, time_left
from grader.classroom.executors import Executor
from grader.classroom.found import mark_of
from grader.classroom.joining import is_measured, joined
from grader.classroom.journal import Journal
from grader.classroom.people import Finished, HandIn, Task
from grader.classroom.records import Known
from grader.classroom.space import short_of
from grader.domain.progress import Progress
from grader.intake.names import shown
from grader.pipeline import Job, Options

TRIES = 3  # of a grading that ended through a fault of the machine
_DOUBTFUL = 3  # so many such in a row, and the machine itself is looked at
_PAUSE_S = 10.0
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many of the class: graded now, graded in an earlier run, not taken in (now or then), not graded at all."""

    graded: int = 0
    before: int = 0
    refused: int = 0
    errored: int = 0


@dataclass(slots=True)
class ClassRun:
    """One run over a class.

    ``assignment`` is its id; ``basis`` names the checks, and what was measured by others is measured anew.
    Where some criteria are to be measured ``again``, only they are of what was measured whole by other checks, and the
    rest of it is kept.
    ``recorded`` is called with the number of each hand-in whose outcome is safe. ``check_machine`` raises where this
    machine cannot grade at all. ``rooms`` are folders with the bytes that their disks must have left.
    """

    journal: Journal
    executor: Executor
    assignment: str
    options: Options
    basis: str
    progress: Callable[[Progress], None]
    say: Callable[[str], None]
    recorded: Callable[[int], None]
    check_machine: Callable[[], None]
    rooms: tuple[tuple[Path, int], ...] = ()
    again: tuple[str, ...] | None = None
    sleep: Callable[[float], None] = time.sleep
    _seconds: list[float] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)
    _before: Counter[str] = field(default_factory=Counter)
    _in_a_row: int = 0

    def grade(self, given: Iterable[HandIn]) -> Outcomes:
        """Grades all that have no outcome yet, or whose bytes or checks are others now.

        What a fault of the machine spoilt is tried again when the others are done, three times at most. It can be
        interrupted at any time, and goes on from there when it is run again.

        Raises:
            CourseError, SandboxError, EnvironmentError_: nothing can be graded; what was graded is in the journal.
        """
        self.check_machine()
        hand_ins = self.journal.register(given)
        self._tell_absent(hand_ins)
        left, tries = hand_ins, 1
        tasks = self._due(left)
        while left:
            left = self._turn(tasks, left, total=len(hand_ins), last=tries == TRIES)
            tasks = self._due(left, retried=True)
            tries += 1
        counts = self._counts
        before = self._before
        return Outcomes(
            counts["measured"], before["measured"], counts["refused"] + before["refused"], counts["errored"]
        )

    def _tell_absent(self, hand_ins: Container[int]) -> None:
        """What was taken away, or is called otherwise now: nobody's grade goes, or stays, without a word."""
        if absent := self.journal.absent(hand_ins):
            named = ", ".join(map(shown, absent[:_MOST_NAMED]))
            rest = f" and {len(absent) - _MOST_NAMED} more" if len(absent) > _MOST_NAMED else ""
            self.say(f"Handed in before and not among these, and still counted: {named}{rest}.")

    def _turn(self, tasks: Iterator[Task], of: dict[int, HandIn], *, total: int, last: bool) -> dict[int, HandIn]:
        """Runs the tasks; gives those that are worth another try."""
        again = {}
        with closing(self.executor.run(self._with_room(tasks))) as outcomes:
            for finished in outcomes:
                number = finished.task.hand_in
                finished = self._whole(finished)
                if finished.again and not last:
                    again[number] = of[number]
                else:
                    self._keep(finished)
                self._watch(finished)
                self._tell(total)
        return again

    def _due(self, hand_ins: dict[int, HandIn], *, retried: bool = False) -> Iterator[Task]:
        known = self.journal.known()
        for number, given in hand_ins.items():
            found, last = mark_of(given), known.get(number)
            if not retried and last is not None and self._stands(last, found):
                self._before[last.outcome] += 1
            else:
                yield self._task(number, given, found, part=self._is_kept(last, found))

    def _stands(self, known: Known, found: str) -> bool:
        if known.mark != found:
            return False
        return known.outcome == "refused" or (known.outcome == "measured" and known.basis == self.basis)

    def _is_kept(self, last: Known | None, found: str) -> bool:
        """Whether what was measured of these bytes is kept but for some criteria."""
        return self.again is not None and last is not None and (last.mark, last.outcome) == (found, "measured")

    def _task(self, number: int, given: HandIn, found: str, *, part: bool = False) -> Task:
        options = replace(self.options, commit=given.commit, criteria=self.again if part else self.options.criteria)
        return Task(number, Job(given.path.absolute(), self.assignment, options), found)

    def _with_room(self, tasks: Iterator[Task]) -> Iterator[Task | None]:
        """The tasks, each when there is room on the disks for what it makes; between pauses, what has ended is kept."""
        for task in tasks:
            while missing := short_of(self.rooms):
                self._pause(missing)
                yield None
            yield task

    def _whole(self, finished: Finished) -> Finished:
        """With what was measured before, where only a part was measured again. A part that erred is tried again."""
        part = finished.measured
        if part is None or not self._is_part(finished.task):
            return finished
        if not is_measured(part):
            return replace(finished, outcome="errored", measured=None, again=True)
        with closing(self.journal.entries(finished.task.hand_in)) as entries:
            before = next(entries).measured
        if before is None:  # there is nothing that it could be a part of
            return replace(finished, outcome="errored", measured=None, again=True)
        return replace(finished, measured=joined(before, part))

    def _is_part(self, task: Task) -> bool:
        return task.job.options.criteria != self.options.criteria

    def _keep(self, finished: Finished) -> None:
        if finished.outcome == "errored" and self._is_part(finished.task):
            self._counts["errored"] += 1
            name = shown(finished.task.job.source.name)
            self.say(f"{name} could not be measured again: what was measured before holds. --resume tries it again.")
            return
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        while True:
            try:
                self.journal.record(
                    finished.task.hand_in,
                    mark=finished.task.mark,
                    basis=self.basis,
                    outcome=finished.outcome,
                    at=at,
                    seconds=finished.seconds,
                    measured=finished.measured,
                    message=finished.message,
                    hint=finished.hint,
                )
                break
            except NoRoom:
                self._pause("the disk of the journal is full")
        self._counts[finished.outcome] += 1
        self.recorded(finished.task.hand_in)

    def _pause(self, why: str) -> None:
        self.say(f"Paused: {why}. Make room, and it goes on by itself; nothing is lost. Ctrl-C ends it, to be resumed.")
        self.sleep(_PAUSE_S)

    def _watch(self, finished: Finished) -> None:
        """Looks at the machine itself where one grading after the other ends through a fault of it."""
        self._in_a_row = self._in_a_row + 1 if finished.outcome == "errored" else 0
        if self._in_a_row >= _DOUBTFUL:
            self._in_a_row = 0
            self.check_machine()
        if finished.measured is not None and not finished.measured.provenance.reused:
            self._seconds.append(finished.seconds)

    def _tell(self, total: int) -> None:
        counts = self._before + self._counts
        done = counts.total()
        parts = [f"{counts['measured']} graded"]
        parts += [f"{counts['refused']} not taken in"] if counts["refused"] else []
        parts += [f"{counts['errored']} not graded"] if counts["errored"] else []
        left = time_left(self._seconds, total - done, self.executor.workers)
        self.progress(Progress(f"{', '.join(parts)}; {in_words(left)}", done, total))
