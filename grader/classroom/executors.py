"""Where gradings run: one after the other, or several at a time, each in a process of its own that can be ended.

An executor draws tasks when it has room for them, so that what it is given may wait for room on the disk, or end early;
it yields what came of them in whatever order. Workers on other machines are one more executor: a task is data.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from grader.children import Children, Ended
from grader.classroom.answer import finished
from grader.classroom.people import Finished, Task
from grader.domain.errors import CourseError, EnvironmentError_
from grader.pipeline.job import encode

_POLL_S = 0.5  # a signal is answered within it on any system
Grade = Callable[[Task], Finished]


class Executor(Protocol):
    """Runs tasks."""

    @property
    def workers(self) -> int:
        """How many run at a time."""
        ...

    def run(self, tasks: Iterator[Task | None]) -> Generator[Finished]:
        """What came of each task; ``None`` is none for now. Closing it ends what is under way and draws no more.

        Raises:
            CourseError: the course is wrong, so that every grading would be.
        """
        ...


@dataclass(slots=True)
class Source:
    """Tasks to be drawn as there is room for them."""

    tasks: Iterator[Task | None]
    has_more: bool = True

    def drawn(self, has_room: Callable[[], bool]) -> Iterator[Task]:
        """One after the other, as long as there is room, more of them, and not ``None``, which is none for now."""
        while self.has_more and has_room():
            try:
                task = next(self.tasks)
            except StopIteration:
                self.has_more = False
                return
            if task is None:
                return
            yield task


@dataclass(frozen=True, slots=True)
class Serial:
    """One grading after the other."""

    grade: Grade
    end: Callable[[], None]
    workers: int = 1

    def run(self, tasks: Iterator[Task | None]) -> Generator[Finished]:
        """See ``Executor``."""
        complete = False
        try:
            for task in tasks:
                if task is not None:
                    yield self.grade(task)
            complete = True
        finally:
            if not complete:
                self.end()


@dataclass(frozen=True, slots=True)
class Pool:
    """As many gradings at a time as there are workers."""

    grade: Grade
    end: Callable[[], None]
    workers: int

    def run(self, tasks: Iterator[Task | None]) -> Generator[Finished]:
        """See ``Executor``."""
        running: set[Future[Finished]] = set()
        complete = False
        with ThreadPoolExecutor(self.workers) as pool:
            try:
                source = Source(tasks)
                while source.has_more or running:
                    for task in source.drawn(lambda: len(running) < self.workers):
                        running.add(pool.submit(self.grade, task))
                    done, _ = wait(running, _POLL_S, FIRST_COMPLETED)
                    running.difference_update(done)
                    for future in done:
                        yield future.result()
                complete = True
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
                if not complete:
                    self.end()


@dataclass(frozen=True, slots=True)
class Apart:
    """Grades a task by a program in a process of its own, which reads the job and writes an ``answer``.

    All temporary files of a grading go to a folder of its own in ``room``, which is gone after it, whatever became of
    the process. After ``limit_s`` seconds it is ended.
    """

    program: Sequence[str]
    children: Children
    room: Path
    limit_s: float

    def __call__(self, task: Task) -> Finished:
        began = time.monotonic()
        try:
            ended = self._ended(task)
        except OSError as problem:
            said, hint = f"there is no room for a grading: {problem.strerror}", f"Look at the disk of {self.room}."
            return Finished(task, "errored", 0.0, message=said, hint=hint, again=True)
        except EnvironmentError_ as problem:
            return Finished(task, "errored", 0.0, message=problem.message, hint=problem.hint, again=True)
        try:
            return finished(task, ended, round(time.monotonic() - began, 2), self.limit_s)
        except CourseError:
            raise
        except Exception as problem:  # what one answer does to us must not end the class
            said = f"the answer of the grading could not be read: {type(problem).__name__}"
            return Finished(task, "errored", 0.0, message=said, hint="Grade it by itself.")

    def _ended(self, task: Task) -> Ended:
        own = Path(tempfile.mkdtemp(prefix="g-", dir=self.room))
        own.chmod(0o711)  # the sandbox's own user passes through, and may not list
        try:
            return self.children.run(self.program, own, given=encode(task.job), limit_s=self.limit_s)
        finally:
            shutil.rmtree(own, ignore_errors=True)
