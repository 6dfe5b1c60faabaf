"""Gradings in processes of their own: whatever one of them does, the others are graded, and all can be ended."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from grader.children import Children, Ended
from grader.classroom import answer
from grader.classroom.executors import Apart, Executor, Pool, Serial
from grader.classroom.people import Finished, Task
from grader.cli.console import advice
from grader.domain.errors import CourseError, EnvironmentError_, SubmissionError
from grader.pipeline import Job, Options
from tests.classroom.samples import class_of, measured, stand_in


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    folder = tmp_path / "answers"
    folder.mkdir()
    (folder / "default.json").write_bytes(answer.evidence(measured()))
    return folder


def executor(kind: str, answers: Path, limit_s: float = 30.0) -> Executor:
    children = Children("the class")
    grade = Apart(stand_in(answers), children, answers.parent, limit_s)
    return Serial(grade, children.end) if kind == "serial" else Pool(grade, children.end, 2)


def tasks(submissions: Path) -> Iterator[Task]:
    for number, path in enumerate(sorted(submissions.iterdir())):
        yield Task(number, Job(path, "02-domain-modeling", Options(Path("state"))), "mark")


@pytest.mark.parametrize("kind", ["serial", "pool"])
def test_nothing_that_one_does_keeps_the_others_from_a_grade(kind: str, tmp_path: Path, answers: Path) -> None:
    doing = {"a": "answer", "b": "hang", "c": "crash", "d": "flood", "e": "answer"}
    doing |= {"f": "error SubmissionError there is no project", "g": "error SandboxError it does not start"}
    found = executor(kind, answers, limit_s=1.5).run(tasks(class_of(tmp_path / "class", **doing)))
    by_name = {finished.task.job.source.name: finished for finished in found}
    outcomes = {name: finished.outcome for name, finished in sorted(by_name.items())}
    assert outcomes == dict(
        zip("abcdefg", ["measured", *["errored"] * 3, "measured", "refused", "errored"], strict=True)
    )
    assert by_name["a"].measured == measured()
    assert by_name["b"].message == "the grading took more than 1.5 s, and was ended"
    assert "signal 9" in by_name["c"].message
    assert (by_name["f"].message, by_name["f"].hint) == ("there is no project", "Do this.")
    assert {n for n, f in by_name.items() if f.again} == {"c", "d", "g"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["answers", "class"]


@pytest.mark.parametrize("kind", ["serial", "pool"])
def test_what_runs_is_ended_with_the_run(kind: str, tmp_path: Path, answers: Path) -> None:
    submissions = class_of(tmp_path / "class", a="answer", b="sleep 60", c="sleep 60", d="answer")
    began = time.monotonic()
    with closing(executor(kind, answers).run(tasks(submissions))) as found:
        assert next(found).task.job.source.name == "a"
    assert time.monotonic() - began < 5
    assert "d" not in (answers / "begun").read_text()


def test_a_wrong_course_ends_it_all(tmp_path: Path, answers: Path) -> None:
    submissions = class_of(tmp_path / "class", a="error CourseError a check is tied to nothing", b="sleep 60")
    with pytest.raises(CourseError, match="tied to nothing"):
        list(executor("pool", answers).run(tasks(submissions)))


def test_it_can_run_again(tmp_path: Path, answers: Path) -> None:
    submissions = class_of(tmp_path / "class", a="answer", b="answer", c="answer")
    for kind in ("serial", "pool"):
        chosen = executor(kind, answers)
        assert [len(list(chosen.run(tasks(submissions)))) for _ in range(2)] == [3, 3]


def test_after_the_end_none_begins(tmp_path: Path, answers: Path) -> None:
    children = Children("the class")
    children.end()
    (task,) = tasks(class_of(tmp_path / "class", a="answer"))
    found = Apart(stand_in(answers), children, tmp_path, 5.0)(task)
    assert (found.outcome, found.message) == ("errored", "the class has ended")
    with pytest.raises(EnvironmentError_):
        children.run(["true"], tmp_path)


def test_a_grading_for_which_there_is_no_room_is_no_zero(tmp_path: Path, answers: Path) -> None:
    (task,) = tasks(class_of(tmp_path / "class", a="answer"))
    found = Apart(stand_in(answers), Children(), tmp_path / "gone", 5.0)(task)
    assert (found.outcome, found.again) == ("errored", True)
    assert Apart(("/no/such/program",), Children(), tmp_path, 5.0)(task).outcome == "errored"


def finished(said: bytes, error: bytes = b"", code: int = 0) -> Finished:
    task = Task(1, Job(Path("/class/ada"), "02-domain-modeling", Options(Path("state"))), "mark")
    return answer.finished(task, Ended(said, error, code), 1.0, 60.0)


@pytest.mark.parametrize(
    "said", [b"", b"{", b"[]", b"null", b'{"error": 1}', b"\xff" * 9, b"[" * 100_000, b'{"error": "X", "message": "m"}']
)
def test_what_is_no_answer_is_an_error_of_ours(said: bytes) -> None:
    assert (found := finished(said, b"\xff oops", 1)).outcome == "errored"
    assert found.message == "the grading ended without an outcome (code 1): � oops"


def test_names_that_are_no_text_come_through() -> None:
    odd = "caf\udce9.py"
    whole = finished(answer.evidence(measured(observed=odd)))
    assert whole.measured is not None
    assert whole.measured.evidence.observations[0].observed == "caf�.py"
    assert whole.measured.evidence.unsure == frozenset()
    assert json.loads(answer.refusal(SubmissionError(odd)))["message"] == "caf�.py"


def test_a_refusal_names_what_was_handed_in_and_no_folder_of_this_machine() -> None:
    said = answer.refusal(SubmissionError("/class/ada has no files", "Name another."))
    assert finished(said).message == "ada has no files"


def test_a_refusal_names_no_option_that_a_class_does_not_have() -> None:
    """Which the same refusal does where one submission is graded: the control."""
    said = SubmissionError("ada holds 2 projects: a, b", "Hand in the one that is meant.", option="--path a")
    refused = finished(answer.refusal(said))
    assert (refused.outcome, refused.hint) == ("refused", "Hand in the one that is meant.")
    assert advice(said) == "Hand in the one that is meant, or name it: --path a"


def test_the_environment_is_that_of_the_grader_with_a_folder_of_its_own(tmp_path: Path) -> None:
    ended = Children().run(["sh", "-c", 'echo "$TMPDIR $HOME"; cat'], tmp_path, given=b"given")
    assert ended.said.decode() == f"{tmp_path} {os.environ['HOME']}\ngiven"


def test_what_has_ended_is_told_while_no_task_can_begin(tmp_path: Path, answers: Path) -> None:
    given = tasks(class_of(tmp_path / "class", a="answer", b="answer"))
    seen: list[str] = []

    def paused() -> Iterator[Task | None]:
        yield next(given)
        while not seen:
            yield None
        yield next(given)

    for found in executor("pool", answers).run(paused()):
        seen.append(found.task.job.source.name)
    assert seen == ["a", "b"]
