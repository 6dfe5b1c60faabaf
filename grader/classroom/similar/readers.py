"""Reads the submissions of a class in processes of their own, several at a time: one that hangs or dies is told of."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grader.children import Children
from grader.classroom.people import HandIn
from grader.classroom.similar.body import pack
from grader.classroom.similar.given import Given
from grader.classroom.similar.reading import read_body
from grader.domain.errors import GraderError
from grader.intake import take_in
from grader.intake.names import shown

_AT_A_TIME = 8  # so that a process is worth its start
_START_S, _EACH_S = 120.0, 30.0  # a submission takes half a second on a machine that has nothing else to do
_POLL_S = 0.5
_GIVEN = "given"


class Asked(msgspec.Struct, array_like=True):
    """Submissions to be read, each with its number, its path and its commit; ``folder`` has what was given, and room
    for a file for each body, which is called as its number."""

    folder: str
    slug: str
    submissions: tuple[tuple[int, bytes, str | None], ...]


def answer(asked: bytes, room: Path) -> bytes:
    """Reads what is asked for: of each number that could not be read, why. For the process that reads."""
    wanted = msgspec.msgpack.decode(asked, type=Asked)
    folder = Path(wanted.folder)
    given = Given.unpacked((folder / _GIVEN).read_bytes())
    problems = {}
    for number, path, commit in wanted.submissions:
        source = Path(os.fsdecode(path))
        own = Path(tempfile.mkdtemp(dir=room))
        try:
            taken = take_in(source, into=own / "tree", commit=commit, slug=wanted.slug)
            (folder / str(number)).write_bytes(pack(read_body(taken.root, taken.files, given)))
        except GraderError as problem:
            problems[number] = problem.message.replace(shown(str(source)), shown(source.name))
        finally:
            shutil.rmtree(own, ignore_errors=True)
    return msgspec.msgpack.encode(problems)


@dataclass(frozen=True, slots=True)
class Readers:
    """``program`` is the command that gives the ``answer``; the bodies go to ``folder``."""

    program: Sequence[str]
    children: Children
    folder: Path
    workers: int

    def read(
        self, hand_ins: Sequence[HandIn], slug: str, given: Given, step: Callable[[int, int], None]
    ) -> Mapping[int, str]:
        """Why some could not be read, by their number in the sequence; all others have their file in the folder."""
        (self.folder / _GIVEN).write_bytes(given.packed())
        numbers = range(len(hand_ins))
        batches = [numbers[at : at + _AT_A_TIME] for at in numbers[::_AT_A_TIME]]
        problems: dict[int, str] = {}
        dead: list[int] = []
        done = 0
        for batch, found in self._answers(batches, hand_ins, slug):
            done += len(batch)
            step(done, len(hand_ins))
            problems |= found or {}
            dead += batch if found is None else ()
        for batch, found in self._answers([range(n, n + 1) for n in dead], hand_ins, slug):
            problems |= {batch[0]: "reading it took too long or too much memory"} if found is None else found
        return problems

    def _answers(
        self, batches: Sequence[range], hand_ins: Sequence[HandIn], slug: str
    ) -> Iterator[tuple[range, Mapping[int, str] | None]]:
        with ThreadPoolExecutor(self.workers) as pool:
            running = {pool.submit(self._answer, batch, hand_ins, slug): batch for batch in batches}
            waiting: set[Future[Mapping[int, str] | None]] = set(running)
            try:
                while waiting:
                    done, waiting = wait(waiting, _POLL_S, FIRST_COMPLETED)
                    yield from ((running[future], future.result()) for future in done)
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
                if waiting:
                    self.children.end()

    def _answer(self, batch: range, hand_ins: Sequence[HandIn], slug: str) -> Mapping[int, str] | None:
        """``None`` where the process gave none."""
        wanted = tuple((n, os.fsencode(hand_ins[n].path), hand_ins[n].commit) for n in batch)
        asked = msgspec.msgpack.encode(Asked(str(self.folder), slug, wanted))
        own = Path(tempfile.mkdtemp(prefix="read-", dir=self.folder))
        try:
            ended = self.children.run(self.program, own, given=asked, limit_s=_START_S + _EACH_S * len(batch))
            found = msgspec.msgpack.decode(ended.said, type=dict[int, str])
        except msgspec.MsgspecError:
            return None
        finally:
            shutil.rmtree(own, ignore_errors=True)
        return found if all(n in found or (self.folder / str(n)).is_file() for n in batch) else None
