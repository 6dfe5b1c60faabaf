"""What a worker does with each message: real gradings in processes, a real store, and no broker."""

import hashlib
import io
import logging
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from grader import __version__
from grader.children import Children
from grader.classroom.answer import evidence
from grader.classroom.distributed.deliveries import Assigned, Deliveries, Taken
from grader.classroom.distributed.desk import Desk
from grader.classroom.distributed.envelope import Key, Purpose
from grader.classroom.distributed.messages import Answer, Sent, Work, decode, encode
from grader.classroom.distributed.metrics import Metrics
from grader.classroom.distributed.parcel import pack
from grader.classroom.distributed.store import Store
from grader.pipeline import Options
from tests.classroom.samples import class_of, measured, stand_in

KEY = Key(b"k" * 32)
TICKET, RUN = "b" * 32, "c" * 32


class Bench:
    """A worker without a broker, and what a coordinator would have sent to it."""

    def __init__(self, home: Path) -> None:
        self.home, self.answers = home, home / "answers"
        for name in ("answers", "room"):
            (home / name).mkdir()
        (self.answers / "default.json").write_bytes(evidence(measured()))
        self.store = Store(str(home / "store"))
        self.store.mark()
        self.desk = Desk(self.store, RUN)
        self.metrics = Metrics("checks")
        program = stand_in(self.answers)
        self.worker = Deliveries(
            key=KEY,
            store=self.store,
            assigned=lambda slug: Assigned("basis", program) if slug == "02-domain-modeling" else None,
            children=Children("the worker"),
            room=home / "room",
            state_dir=home / "state",
            longest_s=60.0,
            name="checks@here",
            slots=2,
            metrics=self.metrics,
            doubtful_s=0.0,
        )

    def work(self, do: str = "answer", name: str = "ada") -> Work:
        """One submission in the store, waited for."""
        source = class_of(self.home / "class", **{name: do}) / name
        packed = io.BytesIO()
        pack(source, packed)
        blob = hashlib.sha256(packed.getvalue()).hexdigest()
        self.store.put(self.desk.blob(blob), packed.getvalue())
        task = hashlib.sha256(name.encode()).hexdigest()
        self.desk.send(task, Sent(TICKET, published=True))
        return Work(
            task, TICKET, RUN, blob, "02-domain-modeling", "basis", __version__, Options(Path(), seed=1), limit_s=20.0
        )

    def take(self, work: Work) -> Taken:
        return self.worker.take(KEY.seal(Purpose.TASK, encode(work)).decode())

    def answer(self, work: Work) -> Answer | None:
        sealed = self.desk.answered(work.id, work.ticket)
        return None if sealed is None else decode(Answer, KEY.opened(Purpose.ANSWER, sealed))

    def counted(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, {"queue": "checks", **labels})

    @property
    def begun(self) -> list[str]:
        log = self.answers / "begun"
        return log.read_text().split() if log.is_file() else []


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_what_is_sent_is_graded_and_answered_once(bench: Bench) -> None:
    work = bench.work()
    assert [bench.take(work), bench.take(work)] == [Taken.DONE, Taken.DONE]
    answer = bench.answer(work)
    assert answer is not None
    assert (answer.outcome, answer.measured, answer.worker, answer.slots) == ("measured", measured(), "checks@here", 2)
    assert bench.begun == ["ada"]
    assert list((bench.home / "room").iterdir()) == []
    assert bench.counted("grader_gradings_total", outcome="measured") == 1
    assert bench.counted("grader_messages_total", reason="dropped") == 1
    assert bench.counted("grader_grading_seconds_count") == 1
    assert bench.counted("grader_gradings_in_progress") == 0


@pytest.mark.parametrize(
    ("do", "outcome", "again"),
    [
        ("error SubmissionError it is damaged", "refused", False),
        ("error SandboxError it does not start", "errored", True),
        ("crash", "errored", True),
        ("flood", "errored", True),
    ],
)
def test_no_submission_ends_the_worker(do: str, outcome: str, again: bool, bench: Bench) -> None:
    work = bench.work(do)
    assert bench.take(work) is Taken.DONE
    answer = bench.answer(work)
    assert answer is not None
    assert (answer.outcome, answer.again) == (outcome, again)


def test_a_wrong_course_is_said_to_be_one(bench: Bench) -> None:
    work = bench.work("error CourseError a check is tied to nothing")
    bench.take(work)
    answer = bench.answer(work)
    assert answer is not None
    assert (answer.wrong_course, answer.message) == (True, "a check is tied to nothing")


def test_a_refusal_names_what_was_handed_in_and_no_folder_of_the_worker(bench: Bench) -> None:
    work = bench.work("answer")
    program = ("sh", "-c", """cat > /dev/null; printf '{"error":"SubmissionError","message":"%s","hint":""}' "$0" """)
    bench.worker.assigned = lambda slug: Assigned("basis", (*program, "it has no files"))
    bench.take(work)
    answer = bench.answer(work)
    assert answer is not None
    assert str(bench.home) not in answer.message


def forged() -> list[object]:
    """Messages that nobody with the key has sent, or that are none."""
    sealed = KEY.seal(Purpose.TASK, b"{}").decode()
    other = Key(b"another" * 8).seal(Purpose.TASK, b"{}").decode()
    return [None, 7, b"bytes", "", "{}", other, sealed, sealed + "x", "x" * 100_000, ["a"], {"a": 1}, "\ud800"]


@pytest.mark.parametrize("message", forged(), ids=lambda m: repr(m)[:20])
def test_what_was_not_signed_is_refused_and_logged_and_never_run(
    message: object, bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    assert bench.worker.take(message) is Taken.REFUSED
    assert "Refused a message, and ran nothing of it" in caplog.text
    assert bench.counted("grader_messages_total", reason="refused") == 1


def test_a_task_signed_with_another_key_is_never_run(bench: Bench) -> None:
    """The control is the same task with the right one."""
    work = bench.work()
    assert bench.worker.take(Key(b"o" * 32).seal(Purpose.TASK, encode(work)).decode()) is Taken.REFUSED
    assert (bench.begun, bench.answer(work)) == ([], None)
    assert bench.take(work) is Taken.DONE
    assert bench.begun == ["ada"]


def test_what_nobody_waits_for_is_dropped(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    work = bench.work()
    assert bench.take(structs.replace(work, ticket="d" * 32)) is Taken.DONE
    bench.desk.forget(work.id)
    assert bench.take(work) is Taken.DONE
    assert bench.begun == []
    assert "it was sent again since" in caplog.text
    assert "nobody waits for it any more" in caplog.text


def test_what_ended_three_workers_is_given_up(bench: Bench) -> None:
    work = bench.work()
    for number in range(3):
        bench.desk.begin(work, f"died{number}")
    assert bench.take(work) is Taken.DONE
    answer = bench.answer(work)
    assert answer is not None
    assert (answer.outcome, answer.again, bench.begun) == ("errored", False, [])
    assert "given up after 3 deliveries" in answer.message
    assert bench.counted("grader_gradings_total", outcome="given_up") == 1


def test_what_ended_two_workers_is_tried_once_more(bench: Bench) -> None:
    work = bench.work()
    for number in range(2):
        bench.desk.begin(work, f"died{number}")
    bench.take(work)
    assert bench.begun == ["ada"]


@pytest.mark.parametrize("what", ["gone", "changed", "another's"])
def test_what_is_not_what_was_sent_is_not_graded(what: str, bench: Bench) -> None:
    work = bench.work()
    name = bench.desk.blob(work.blob)
    if what == "gone":
        bench.store.remove([name])
    else:
        other = bench.store.get(bench.desk.blob(bench.work(name="eve").blob), 1 << 20) or b""
        bench.store.put(name, b"no archive" if what == "changed" else other)
    assert bench.take(work) is Taken.DONE
    answer = bench.answer(work)
    assert answer is not None
    assert (answer.outcome, answer.again, bench.begun) == ("errored", True, [])
    assert ("is not in the store" if what == "gone" else "has been changed in the store") in answer.message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"basis": "others"}, "other checks"),
        ({"grader": "0.0.1"}, "another grader"),
        ({"assignment": "09-unknown"}, "no such assignment"),
        ({"limit_s": 61.0}, "begins nothing above 1 min"),
        ({"options": Options(Path(), sandbox="process")}, "without isolation"),
    ],
)
def test_a_worker_that_would_grade_otherwise_does_not(change: dict[str, object], said: str, bench: Bench) -> None:
    work = structs.replace(bench.work(), **change)
    assert bench.take(work) is Taken.DONE
    answer = bench.answer(work)
    assert answer is not None
    assert (answer.outcome, answer.again, bench.begun) == ("errored", True, [])
    assert said in answer.message


def test_a_worker_that_ends_gives_back_what_it_was_at(bench: Bench) -> None:
    work = bench.work("sleep 60")
    found: list[Taken] = []
    thread = threading.Thread(target=lambda: found.append(bench.take(work)))
    thread.start()
    until = time.monotonic() + 20
    while not bench.begun and time.monotonic() < until:
        time.sleep(0.01)
    bench.worker.stopping.set()
    bench.worker.children.end()
    thread.join(10)
    assert found == [Taken.GIVEN_BACK]
    assert (bench.answer(work), bench.desk.noted(work.id).begun) == (None, frozenset())
    assert bench.take(work) is Taken.GIVEN_BACK


class Unhurried(threading.Event):
    """Remembers how long it was waited for, and waits no time."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout)
        return False


def test_while_the_store_is_away_work_is_given_back(bench: Bench) -> None:
    work = bench.work()
    bench.worker.stopping = waits = Unhurried()
    (bench.home / "store").rename(bench.home / "elsewhere")
    (bench.home / "store").mkdir()  # as a mount that is gone
    assert [bench.take(work) for _ in range(8)] == [Taken.GIVEN_BACK] * 8
    assert waits.waited == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
    (bench.home / "store").rmdir()
    (bench.home / "elsewhere").rename(bench.home / "store")
    assert bench.take(work) is Taken.DONE
    assert bench.begun == ["ada"]


def test_options_of_the_worker_are_its_own_cache_and_else_those_sent(bench: Bench) -> None:
    work = bench.work()
    program = ("sh", "-c", f"cat > {bench.home}/asked; cat {bench.answers}/default.json")
    bench.worker.assigned = lambda slug: Assigned("basis", program)
    bench.take(work)
    from grader.pipeline import Job
    from grader.pipeline.job import decode as decode_job

    asked = decode_job(Job, (bench.home / "asked").read_bytes())
    assert asked.options == replace(work.options, state_dir=bench.home / "state")
    assert asked.source.parts[-2:] == ("class", "ada")
