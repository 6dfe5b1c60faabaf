"""The coordinator with a real Valkey and a real store: what is lost, forged or late, and what cannot be reached."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redis

from grader.classroom.distributed.broker import CHECKS, CeleryQueue, connect
from grader.classroom.distributed.coordinator import Coordinator
from grader.classroom.distributed.deliveries import Taken
from grader.classroom.distributed.desk import Desk
from grader.classroom.distributed.envelope import Key, Purpose
from grader.classroom.distributed.messages import Work, decode
from grader.classroom.distributed.store import Store
from grader.classroom.people import Finished, Task
from grader.domain.errors import CourseError, EnvironmentError_
from grader.pipeline import Job, Options
from tests.classroom.distributed.farm import valkey
from tests.classroom.distributed.test_deliveries import KEY, RUN, Bench
from tests.classroom.samples import class_of, measured


class Hall:
    """A coordinator, and a worker that takes its messages from the queue when it is told to."""

    def __init__(self, home: Path, socket: Path) -> None:
        self.bench = Bench(home)
        self.valkey = redis.Redis(unix_socket_path=str(socket))
        self.queue = CeleryQueue(connect(f"redis+socket://{socket}", longest_s=60), CHECKS)
        self.said: list[str] = []
        self.between: Callable[[], object] = lambda: None
        self.slept = 0
        self.coordinator = Coordinator(
            desk=Desk(Store(str(home / "store")), RUN),
            broker=self.queue,
            key=KEY,
            basis="basis",
            limit_s=20.0,
            room=home / "room",
            ahead=3,
            patience_s=3600.0,
            say=self.said.append,
            sleep=self._sleep,
        )

    def _sleep(self, seconds: float) -> None:
        self.slept += 1
        assert self.slept < 50, self.said
        self.between()

    def tasks(self, **doing: str) -> Iterator[Task]:
        folder = class_of(self.bench.home / "class", **doing)
        for number, path in enumerate(sorted(folder.iterdir())):
            options = Options(self.bench.home / "elsewhere", seed=3)
            yield Task(number, Job(path, "02-domain-modeling", options), f"{number:064x}")

    def sealed(self) -> list[str]:
        """What waits in the queue, taken out of it."""
        with self.queue.app.connection_for_read() as connection:
            found = connection.SimpleQueue(connection.default_channel and self.queue.app.amqp.queues[CHECKS])
            texts = []
            for _ in range(self.queue.ready()):
                message = found.get(timeout=5)
                texts.append(message.payload[0][0])
                message.ack()
            found.close()
        return texts

    def work(self) -> list[Taken]:
        """The worker deals with all that waits."""
        return [self.bench.worker.take(text) for text in self.sealed()]

    def run(self, tasks: Iterator[Task]) -> list[Finished]:
        with closing(self.coordinator.run(tasks)) as found:
            return list(found)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    """A hall with a broker of its own."""
    with tempfile.TemporaryDirectory(prefix="v-") as name, valkey(Path(name)) as socket:
        yield Hall(tmp_path, socket)


def test_all_are_graded_and_no_more_are_sent_than_ahead(hall: Hall) -> None:
    most = []
    hall.between = lambda: (most.append(hall.queue.ready()), hall.work())
    found = hall.run(hall.tasks(**dict.fromkeys("abcdefg", "answer")))
    assert {f.task.job.source.name: f.outcome for f in found} == dict.fromkeys("abcdefg", "measured")
    assert all(f.measured == measured() for f in found)
    assert max(most) == 3
    assert hall.coordinator.workers == 2
    assert hall.bench.store.names("classes") == frozenset()


def test_no_name_of_a_learner_and_no_path_goes_by_the_broker(hall: Hall) -> None:
    seen: list[str] = []

    def look() -> None:
        seen.extend(hall.sealed())
        for text in seen:
            hall.bench.worker.take(text)

    hall.between = look
    hall.run(hall.tasks(lovelace="answer"))
    work = decode(Work, KEY.opened(Purpose.TASK, seen[0].encode()))
    assert "lovelace" not in seen[0]
    assert str(hall.bench.home) not in seen[0]
    assert work.options == Options(Path(), seed=3)


def test_what_was_lost_with_the_broker_is_sent_again(hall: Hall) -> None:
    hall.coordinator.patience_s = 0.0
    turns: list[Callable[[], object]] = [hall.valkey.flushall, lambda: None, hall.work, hall.work]
    hall.between = lambda: turns.pop(0)()
    (found,) = hall.run(hall.tasks(a="answer"))
    assert (found.outcome, hall.bench.begun) == ("measured", ["a"])
    assert "a was lost on its way, and is sent again." in hall.said


def test_what_waits_in_the_queue_is_not_sent_again(hall: Hall) -> None:
    hall.coordinator.patience_s = 0.0
    turns: list[Callable[[], object]] = [lambda: None] * 5 + [hall.work]
    hall.between = lambda: turns.pop(0)()
    hall.run(hall.tasks(a="answer"))
    assert hall.bench.begun == ["a"]
    assert [s for s in hall.said if "no worker has begun" in s] == [
        "1 gradings wait, and no worker has begun with any of this class: is one at work?"
    ]


@pytest.mark.parametrize("how", ["unsigned", "another key", "of another", "too large"])
def test_a_forged_answer_is_not_counted(how: str, hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    def forge() -> None:
        (text,) = hall.sealed()
        work = decode(Work, KEY.opened(Purpose.TASK, text.encode()))
        hall.bench.worker.take(text)
        sealed = hall.bench.desk.answered(work.id, work.ticket) or b""
        body = KEY.opened(Purpose.ANSWER, sealed)
        forged = {
            "unsigned": body,
            "another key": Key(b"o" * 32).seal(Purpose.ANSWER, body),
            "of another": KEY.seal(Purpose.ANSWER, body.replace(work.id.encode(), b"e" * 64)),
            "too large": b"x" * 2000,
        }
        hall.bench.desk.answer(work, forged[how])
        if how == "too large":
            monkeypatch.setattr("grader.classroom.distributed.desk.LARGEST_ANSWER", 1000)

    hall.between = forge
    (found,) = hall.run(hall.tasks(a="answer"))
    assert (found.outcome, found.again, found.measured) == ("errored", True, None)
    assert "not one of a worker that has the key" in found.message
    assert hall.said == [f"a: {found.message}."]


def test_a_wrong_course_ends_it_all_and_takes_back_the_rest(hall: Hall) -> None:
    def only_the_first() -> None:
        texts = hall.sealed()
        hall.bench.worker.take(texts[0])

    hall.between = only_the_first
    with pytest.raises(CourseError, match="tied to nothing"):
        hall.run(hall.tasks(a="error CourseError a check is tied to nothing", b="answer", c="answer"))
    noted = hall.bench.desk.all_noted()
    assert [bool(notes.begun) for notes in noted.values()] == [True]


def test_it_pauses_while_the_broker_or_the_store_is_away(hall: Hall) -> None:
    home = hall.bench.home
    real = hall.queue.publish
    failing = [EnvironmentError_("the broker cannot be reached")] * 3

    class Away:
        def publish(self, sealed: str) -> None:
            if failing:
                raise failing.pop()
            real(sealed)

        def ready(self) -> int:
            return hall.queue.ready()

    hall.coordinator.broker = Away()
    turns: list[Callable[[], object]] = [lambda: None] * 3
    turns += [lambda: ((home / "store").rename(home / "away"), (home / "store").touch())]
    turns += [lambda: ((home / "store").unlink(), (home / "away").rename(home / "store"))]
    hall.between = lambda: turns.pop(0)() if turns else hall.work()
    (found,) = hall.run(hall.tasks(a="answer"))
    assert (found.outcome, hall.bench.begun) == ("measured", ["a"])
    assert [s.partition(":")[0] for s in hall.said] == ["Paused", "It goes on.", "Paused", "It goes on."]


def test_what_cannot_be_packed_is_not_graded(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.classroom.distributed.parcel.LARGEST", 3)
    (found,) = hall.run(hall.tasks(a="answer"))
    assert (found.outcome, found.again) == ("errored", False)
    assert "--executor pool" in found.hint


def test_it_can_run_again_with_what_erred(hall: Hall) -> None:
    hall.between = hall.work
    tasks = list(hall.tasks(a="crash", b="answer"))
    first = hall.run(iter(tasks))
    assert sorted(f.outcome for f in first) == ["errored", "measured"]
    again = hall.run(iter(tasks[:1]))
    assert (again[0].outcome, hall.bench.begun.count("a")) == ("errored", 2)
