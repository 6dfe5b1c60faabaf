"""The journal of a class: one SQLite file in which every finished piece of evidence is durable at once.

It is written in WAL mode by one process, one transaction for each piece, and synchronised to the disk with each: a
kill at any moment loses what was running, and nothing else. Of evidence, decisions and scores nothing is ever changed:
what is newer counts.
"""

import sqlite3
import zlib
from collections.abc import Container, Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

import msgspec

from grader.classroom.database import NoRoom, Transaction, is_full, opened
from grader.classroom.people import Decision, HandIn, Outcome
from grader.classroom.records import Appealed, Entry, Known, Scored
from grader.given.names import key
from grader.given.roster import Student
from grader.pipeline import Measured
from grader.pipeline.job import decode, encode

_QUICKLY = 1  # the level of compression: evidence is text that repeats itself


class Journal:
    """The journal in a folder. Close it, or use it as a context.

    Raises:
        UsageError_: there is none (unless ``create``), or it is of a newer version.
        EnvironmentError_: it cannot be read or written.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        found = opened(folder, create=create)
        self._db, self.upgraded_from = found.db, found.upgraded_from

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that is read inside is of one moment, whatever a run writes meanwhile; nothing is written inside."""
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.execute("ROLLBACK")

    def facts(self) -> Mapping[str, str]:
        """What holds of the whole class, by name."""
        return dict(self._db.execute("SELECT name, value FROM facts"))

    def state(self, **facts: str) -> None:
        """Writes these facts; the others stay."""
        with self._transaction():
            rows = [(name, _text(value)) for name, value in facts.items()]
            self._db.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", rows)

    def enrol(self, students: Iterable[Student]) -> None:
        """The class as it is now; who is no longer in it is gone from the list, and what they handed in stays."""
        rows = [(s.id, msgspec.json.encode(s)) for s in students]
        with self._transaction():
            self._db.execute("DELETE FROM students")
            self._db.executemany("INSERT INTO students VALUES (?, ?)", rows)

    def students(self) -> tuple[Student, ...]:
        """Who is in the class, by id."""
        rows = self._db.execute("SELECT record FROM students ORDER BY id")
        return tuple(msgspec.json.decode(record, type=Student) for (record,) in rows)

    def hand_in(self, given: HandIn) -> int:
        """The number of this hand-in, known from now on if it was not; when it was handed in is written anew."""
        (number,) = self.register([given])
        return number

    def register(self, given: Iterable[HandIn]) -> dict[int, HandIn]:
        """The hand-ins by their numbers, as ``hand_in`` has it, all at once.

        An attempt of a student whose id was written otherwise before, in capitals, is the same, and is called as now.
        """
        found = {}
        with self._transaction():
            known = self._numbers()
            for hand_in in given:
                at = hand_in.submitted_at.isoformat() if hand_in.submitted_at else None
                path = str(hand_in.path).encode("utf-8", "surrogateescape")
                name = (key(hand_in.student), hand_in.attempt)
                values = (hand_in.student, hand_in.attempt, path, at)
                if name in known:
                    self._db.execute(_AGAIN, (*values, known[name]))
                else:
                    known[name] = int(self._db.execute(_HAND_IN, values).lastrowid or 0)
                found[known[name]] = hand_in
        return found

    def absent(self, present: Container[int]) -> tuple[str, ...]:
        """The attempts that were handed in before and are not among these numbers, in words: they still count."""
        rows = self._db.execute("SELECT id, student, attempt FROM hand_ins ORDER BY student, attempt")
        return tuple(f"{who} (attempt {attempt})" for number, who, attempt in rows if number not in present)

    def _numbers(self) -> dict[tuple[str, int], int]:
        rows = self._db.execute("SELECT id, student, attempt FROM hand_ins")
        return {(key(student), attempt): number for number, student, attempt in rows}

    def handed_in(self) -> tuple[str, ...]:
        """Everybody who ever handed in."""
        return tuple(s for (s,) in self._db.execute("SELECT DISTINCT student FROM hand_ins ORDER BY student"))

    def record(
        self,
        hand_in: int,
        *,
        mark: str,
        basis: str,
        outcome: Outcome,
        at: str,
        seconds: float,
        measured: Measured | None = None,
        message: str = "",
        hint: str = "",
    ) -> None:
        """Keeps what came of a grading, whole or not at all. Raises ``NoRoom`` where the disk is full."""
        data = None if measured is None else zlib.compress(encode(measured), _QUICKLY)
        row = (hand_in, mark, basis, outcome, data, *map(_text, (message, hint)), at, seconds)
        try:
            with self._transaction():
                self._db.execute(
                    "INSERT INTO evidence (hand_in, mark, basis, outcome, data, message, hint, at, seconds) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    row,
                )
        except sqlite3.OperationalError as problem:
            if is_full(problem):
                raise NoRoom from None
            raise

    def known(self) -> Mapping[int, Known]:
        """The last outcome of each hand-in that has one, by its number."""
        rows = self._db.execute(
            "SELECT hand_in, mark, basis, outcome FROM evidence "
            "WHERE id IN (SELECT MAX(id) FROM evidence GROUP BY hand_in)"
        )
        return {number: Known(mark, basis, outcome) for number, mark, basis, outcome in rows}

    def entries(self, number: int | None = None) -> Generator[Entry]:
        """All hand-ins, or that of the number, by student and attempt; the evidence of one at a time is in memory."""
        with closing(self._db.execute(_ENTRIES, {"number": number})) as rows:
            for number_, student, attempt, at, outcome, message, hint, data in rows:
                measured = None if data is None else decode(Measured, zlib.decompress(data))
                yield Entry(number_, student, attempt, at, outcome, message or "", hint or "", measured)

    def measured_again(self) -> tuple[str, ...]:
        """Whose work was measured by other checks before, the same bytes: of whom a score may move by the checks."""
        return tuple(student for (student,) in self._db.execute(_MEASURED_AGAIN))

    def count(self) -> int:
        """How many hand-ins there are."""
        return int(self._db.execute("SELECT COUNT(*) FROM hand_ins").fetchone()[0])

    def seconds(self) -> tuple[float, ...]:
        """How long each grading took."""
        return tuple(s for (s,) in self._db.execute("SELECT seconds FROM evidence ORDER BY id"))

    def decide(self, decision: Decision) -> None:
        """Writes a decision down; those before it stay to be seen."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO decisions (student, kind, target, value, reason, author, at, withdrawn) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    decision.student,
                    decision.kind,
                    decision.target,
                    decision.value,
                    _text(decision.reason),
                    _text(decision.author),
                    decision.at,
                    decision.withdrawn,
                ),
            )

    def decisions(self) -> tuple[Decision, ...]:
        """All decisions, in the order in which they were made."""
        rows = self._db.execute(
            "SELECT student, kind, target, value, reason, author, at, withdrawn FROM decisions ORDER BY id"
        )
        return tuple(replace(Decision(*row), withdrawn=bool(row[-1])) for row in rows)

    def note_appeal(self, made: Appealed) -> None:
        """Writes down what was decided about an appeal; what was decided before stays to be seen."""
        texts = (made.appeal, made.student, made.criterion, made.verdict, made.case, made.reason, made.author, made.at)
        with self._transaction():
            self._db.execute(
                'INSERT INTO appeals (appeal, student, criterion, verdict, "case", reason, author, at) '
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                tuple(map(_text, texts)),
            )

    def appeals(self) -> tuple[Appealed, ...]:
        """All decisions about appeals, in the order in which they were made: the last one of an appeal holds."""
        rows = self._db.execute(
            'SELECT appeal, student, criterion, verdict, "case", reason, author, at FROM appeals ORDER BY id'
        )
        return tuple(Appealed(*row) for row in rows)

    def note_scores(self, scores: Iterable[Scored]) -> None:
        """Writes down scores that are new or were others before."""
        rows = [(s.student, s.score, s.status, _text(s.why), _text(s.author), s.at) for s in scores]
        with self._transaction():
            self._db.executemany(
                "INSERT INTO scores (student, score, status, why, author, at) VALUES (?, ?, ?, ?, ?, ?)", rows
            )

    def scores(self) -> tuple[Scored, ...]:
        """All scores that were ever given, in the order in which they were: the last one of a student counts."""
        rows = self._db.execute("SELECT student, score, status, why, author, at FROM scores ORDER BY id")
        return tuple(Scored(*row) for row in rows)

    def _transaction(self) -> Transaction:
        return Transaction(self._db)


_HAND_IN = "INSERT INTO hand_ins (student, attempt, path, submitted_at) VALUES (?, ?, ?, ?)"
_AGAIN = "UPDATE hand_ins SET student = ?, attempt = ?, path = ?, submitted_at = ? WHERE id = ?"
_ENTRIES = """
SELECT h.id, h.student, h.attempt, h.submitted_at, e.outcome, e.message, e.hint, e.data FROM hand_ins h
LEFT JOIN evidence e ON e.id = (SELECT MAX(id) FROM evidence WHERE hand_in = h.id)
WHERE :number IS NULL OR h.id = :number ORDER BY h.student, h.attempt
"""
_MEASURED_AGAIN = """
SELECT DISTINCT h.student FROM hand_ins h
JOIN evidence e ON e.id = (SELECT MAX(id) FROM evidence WHERE hand_in = h.id)
WHERE e.outcome = 'measured' AND EXISTS (
    SELECT 1 FROM evidence o
    WHERE o.hand_in = h.id AND o.mark = e.mark AND o.basis != e.basis AND o.outcome = 'measured'
)
"""


def _text(text: str) -> str:
    """As it can be kept: half a character, as from a name or an argument that is no text, becomes a question mark."""
    return text.encode("utf-8", "replace").decode()
