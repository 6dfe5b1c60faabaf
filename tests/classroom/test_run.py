"""A run over a class: each outcome is kept at once, nothing is graded twice, and what is in the way is said."""

import re
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from grader.children import Children
from grader.classroom import run as running
from grader.classroom.answer import evidence
from grader.classroom.executors import Apart, Serial
from grader.classroom.joining import joined
from grader.classroom.journal import Journal
from grader.classroom.people import Finished, HandIn, Task
from grader.classroom.run import ClassRun, Outcomes
from grader.classroom.space import short_of
from grader.domain.errors import SandboxError
from grader.domain.progress import Progress
from grader.domain.result import ONLY_SOME
from grader.pipeline import Options, score_measured
from tests.classroom.samples import ASSIGNMENT, class_of, measured, stand_in


@dataclass
class Class:
    """A class in a folder, graded by a program that stands in for a grading."""

    folder: Path
    journal: Journal
    said: list[str] = field(default_factory=list)
    told: list[Progress] = field(default_factory=list)
    slept: Callable[[], None] = lambda: None
    machine: Callable[[], None] = lambda: None
    tasks: list[Task] = field(default_factory=list)

    def grade(
        self, basis: str = "checks", again: tuple[str, ...] | None = None, given: Iterable[HandIn] | None = None
    ) -> Outcomes:
        children = Children("the class")
        apart = Apart(stand_in(self.folder / "answers"), children, self.folder, 20.0)

        def grade(task: Task) -> Finished:
            self.tasks.append(task)
            return apart(task)

        run = ClassRun(
            journal=self.journal,
            executor=Serial(grade, children.end),
            assignment="02-domain-modeling",
            options=Options(Path("state")),
            basis=basis,
            progress=self.told.append,
            say=self.said.append,
            recorded=lambda number: None,
            check_machine=lambda: self.machine(),
            sleep=lambda seconds: self.slept(),
            again=again,
        )
        lying = (HandIn(p.name, 1, p) for p in sorted((self.folder / "class").iterdir()))
        return run.grade(lying if given is None else given)

    def begun(self) -> str:
        """The names of what was graded since this was last asked."""
        log = self.folder / "answers/begun"
        text = log.read_text().replace("\n", "") if log.is_file() else ""
        log.unlink(missing_ok=True)
        return text

    def outcomes(self) -> dict[str, str | None]:
        return {entry.student: entry.outcome for entry in self.journal.entries()}


@pytest.fixture
def a_class(tmp_path: Path) -> Class:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers/default.json").write_bytes(evidence(measured()))
    (tmp_path / "class").mkdir()
    return Class(tmp_path, Journal(tmp_path, create=True))


def test_what_was_graded_is_not_graded_again(a_class: Class) -> None:
    class_of(a_class.folder / "class", a="answer", b="error SubmissionError it is damaged")
    assert a_class.grade() == Outcomes(graded=1, refused=1)
    assert a_class.begun() == "ab"
    class_of(a_class.folder / "class", c="answer")
    assert a_class.grade() == Outcomes(graded=1, before=1, refused=1)  # what was refused before still has no grade
    assert a_class.begun() == "c"
    assert a_class.told[-1] == Progress("2 graded, 1 not taken in; no estimate yet", 3, 3)


def test_what_changed_is_graded_again_and_what_was_measured_of_it_before_stays(a_class: Class) -> None:
    class_of(a_class.folder / "class", a="answer", b="answer")
    a_class.grade()
    (a_class.folder / "class/a/models.py").write_text("new = True\n")
    a_class.begun()
    a_class.grade()
    assert a_class.begun() == "a"
    assert len(a_class.journal.seconds()) == 3
    a_class.grade(basis="other checks")
    assert a_class.begun() == "ab"


def test_a_commit_is_graded_as_such_and_another_one_is_graded_again(a_class: Class) -> None:
    """Wherever the repository lies, and whatever was fetched into it since: the commit names what was handed in."""
    repository = a_class.folder / "ada.git"
    repository.mkdir()
    first, second = "a" * 40, "b" * 40
    assert a_class.grade(given=[HandIn("ada", 1, repository, None, first)]) == Outcomes(1, 0)
    (repository / "packed").write_text("more\n")
    moved = repository.rename(a_class.folder / "elsewhere.git")
    assert a_class.grade(given=[HandIn("ada", 1, moved, None, first)]) == Outcomes(0, 1)
    assert a_class.grade(given=[HandIn("ada", 1, moved, None, second)]) == Outcomes(1, 0)
    assert [task.job.options.commit for task in a_class.tasks] == [first, second]
    assert [task.job.source for task in a_class.tasks] == [repository.absolute(), moved.absolute()]


def test_what_was_taken_away_counts_and_is_told(a_class: Class) -> None:
    class_of(a_class.folder / "class", a="answer", b="answer")
    a_class.grade()
    assert a_class.said == []
    (a_class.folder / "class/b").rename(a_class.folder / "b")
    assert a_class.grade() == Outcomes(before=1)
    assert a_class.said == ["Handed in before and not among these, and still counted: b (attempt 1)."]
    assert a_class.outcomes() == {"a": "measured", "b": "measured"}


def test_a_fault_of_the_machine_is_tried_three_times_after_the_others(a_class: Class) -> None:
    class_of(a_class.folder / "class", a="crash", b="answer", c="error SandboxError it does not start")
    assert a_class.grade() == Outcomes(graded=1, errored=2)
    assert a_class.begun() == "abcacac"
    assert a_class.outcomes() == {"a": "errored", "b": "measured", "c": "errored"}
    (a_class.folder / "class/a/do").write_text("answer")
    assert a_class.grade() == Outcomes(graded=1, before=1, errored=1)
    assert "b" not in a_class.begun()


def test_a_machine_that_cannot_grade_ends_the_run_early(a_class: Class) -> None:
    class_of(a_class.folder / "class", **dict.fromkeys("abcdefgh", "error SandboxError it does not start"))
    looked: list[int] = []

    def machine() -> None:
        looked.append(1)
        if len(looked) == 3:
            raise SandboxError("no sandbox any more", "Mend it.")

    a_class.machine = machine
    with pytest.raises(SandboxError, match="no sandbox any more"):
        a_class.grade()
    assert a_class.begun() == "abcdef"


def test_hostile_ones_in_a_row_do_not_end_it_on_a_machine_that_can(a_class: Class) -> None:
    class_of(a_class.folder / "class", **dict.fromkeys("abcde", "crash"), f="answer")
    assert a_class.grade() == Outcomes(graded=1, errored=5)


def test_a_full_disk_pauses_the_run_until_there_is_room(a_class: Class) -> None:
    """The journal's own limit of pages makes SQLite say what it says of a full disk."""
    class_of(a_class.folder / "class", **dict.fromkeys("abcd", "answer"))
    (a_class.folder / "answers/c.json").write_bytes(evidence(measured(observed=str([*range(40_000)]))))
    database: sqlite3.Connection = a_class.journal._db
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.execute(f"PRAGMA max_page_count = {pages + 4}")

    def make_room() -> None:
        if len(a_class.said) == 3:
            database.execute("PRAGMA max_page_count = 100000")

    a_class.slept = make_room
    assert a_class.grade() == Outcomes(graded=4)
    assert a_class.begun() == "abcd"
    assert len(a_class.said) == 3
    assert a_class.said[0].startswith("Paused: the disk of the journal is full. Make room")


def test_no_grading_begins_on_a_disk_that_has_no_room_for_it(a_class: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = ["the disk of /tmp has 3 MB left, and 512 MB are needed"] * 2
    monkeypatch.setattr(running, "short_of", lambda rooms: missing.pop() if missing else "")
    class_of(a_class.folder / "class", a="answer")
    assert a_class.grade() == Outcomes(graded=1)
    assert [s.partition(".")[0] for s in a_class.said] == [
        "Paused: the disk of /tmp has 3 MB left, and 512 MB are needed"
    ] * 2


def test_progress_counts_and_estimates(a_class: Class) -> None:
    class_of(a_class.folder / "class", **dict.fromkeys("abcde", "answer"), f="error SubmissionError no", g="crash")
    a_class.grade()
    texts = [p.text for p in a_class.told]
    assert texts[0] == "1 graded; no estimate yet"
    assert texts[5].startswith("5 graded, 1 not taken in; about 0 to 10 s left") or "about 10 s left" in texts[5]
    assert texts[-1].startswith("5 graded, 1 not taken in, 1 not graded; ")
    assert [(p.done, p.total) for p in a_class.told][-1] == (7, 7)


def test_one_criterion_is_measured_again_and_the_rest_is_kept(a_class: Class) -> None:
    class_of(a_class.folder / "class", **dict.fromkeys("abc", "answer"))
    a_class.grade()
    part = measured(("domain.two",), checks_hash="other", official=False, unofficial_because=(ONLY_SOME,))
    again = ("domain.two", "domain.one")
    (a_class.folder / "answers/default.json").write_bytes(evidence(replace(part, criteria=again)))
    erred = measured(("domain.two",), errored=("domain.one",))
    (a_class.folder / "answers/b.json").write_bytes(evidence(replace(erred, criteria=again)))
    (a_class.folder / "class/c/models.py").write_text("new = True\n")
    (a_class.folder / "answers/c.json").write_bytes(evidence(measured()))
    a_class.begun()
    assert a_class.grade("other", again) == Outcomes(graded=2, errored=1)
    assert a_class.begun() == "abcbb"
    assert a_class.said == ["b could not be measured again: what was measured before holds. --resume tries it again."]
    first, second, third = (score_measured(e.measured, ASSIGNMENT) for e in a_class.journal.entries() if e.measured)
    assert [c.status.value for c in first.criteria] == ["failed", "blocked", "passed", "manual"]
    assert (first.score, first.provenance.official, first.provenance.checks_hash) == (20, True, "other")
    assert first.notices == ("Measured again on 2026-11-20: domain.two, domain.one.",)
    assert (second.score, third.score) == (100, 100)
    assert a_class.grade("other", again) == Outcomes(before=2, errored=1)


def test_what_was_measured_again_is_as_official_as_both() -> None:
    loose = measured(official=False, unofficial_because=("No limits.",))
    whole = joined(measured(), replace(loose, criteria=("domain.one",)))
    assert (whole.provenance.official, whole.provenance.unofficial_because) == (False, ("No limits.",))
    assert len(joined(whole, replace(measured(), criteria=("domain.one",))).notices) == 1


def test_one_whose_process_was_killed_counts_once(a_class: Class) -> None:
    class_of(a_class.folder / "class", a="crash once", b="answer")
    assert a_class.grade() == Outcomes(graded=2)
    assert a_class.begun() == "aba"
    assert len(a_class.journal.seconds()) == 2


def test_room_is_looked_for_where_it_is_needed(tmp_path: Path) -> None:
    assert short_of([(tmp_path, 1), (tmp_path / "gone", 1 << 60)]) == ""
    assert re.fullmatch(
        rf"the disk of {tmp_path} has \d+ MB left, and \d+ MB are needed", short_of([(tmp_path, 1 << 60)])
    )
