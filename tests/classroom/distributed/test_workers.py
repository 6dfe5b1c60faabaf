"""A class graded by workers: the same gradebook as by the pool, whoever is killed, and nothing is counted twice."""

import csv
import signal
import socket
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu import Connection

from grader.classroom.distributed.broker import CHECKS, TASK, CeleryQueue, connect
from tests.classroom.distributed.farm import Farm, ended, valkey, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    """Six submissions, and a broker with nothing in it."""
    with tempfile.TemporaryDirectory(prefix="f-") as name:
        home = Path(name)
        home.chmod(0o755)
        (home / "tmp").mkdir()
        with valkey(home) as path:
            built = Farm(tmp_path, home / "tmp", path)
            try:
                yield built
            finally:
                built.end()


def rows(farm: Farm, out: str) -> dict[str, str]:
    text = farm.book(out).decode("utf-8-sig")
    return {row["student_id"]: row["status"] for row in csv.DictReader(text.splitlines())}


def is_clean(farm: Farm) -> bool:
    """Nothing of the class is left in the store, in the queue, or among temporary files."""
    left = [p for p in (farm.home / "store").rglob("*") if p.is_file() and p.name != "django-track-store"]
    return (left, farm.valkey.llen(CHECKS), farm.valkey.hlen("unacked")) == ([], 0, 0)


def test_two_workers_give_the_gradebook_of_the_pool(farm: Farm) -> None:
    farm.do("s03", "error SubmissionError it is damaged")
    farm.do("s04", "crash once")
    code, said = farm.graded("pool", executor="pool")
    assert code == 1, said
    (farm.answers / "begun").unlink()
    workers = [farm.worker(), farm.worker("--workers", "2", "--metrics", "off")]
    code, said = farm.graded("celery")
    assert (code, "5 graded now; 1 could not be taken in." in said) == (1, True), said
    assert farm.book("celery") == farm.book("pool")
    for name in ("result.json", "report.html"):
        here, there = ((farm.home / out / "feedback/s05" / name).read_bytes() for out in ("pool", "celery"))
        assert here == there
    assert sorted(farm.begun) == sorted([*farm.names, "s04"])
    logs = [ended(worker, signal.SIGTERM) for worker in workers]
    assert [code for code, _ in logs] == [0, 0], logs
    assert all("Answered" in log for _, log in logs)
    assert is_clean(farm)
    assert list(farm.temporary.iterdir()) == []


def test_a_worker_that_is_killed_in_the_middle_loses_nothing(farm: Farm) -> None:
    farm.graded("pool", executor="pool")
    (farm.answers / "begun").unlink()
    farm.do("s00", "sleep 600 once")
    first = farm.worker()
    run = farm.coordinator("out")
    wait_until(lambda: farm.begun == ["s00"], "the first grading does not begin")
    assert farm.valkey.hlen("unacked") == 1  # it is acknowledged late
    ended(first, signal.SIGKILL)
    farm.age()
    second = farm.worker()
    code, said = ended(run)
    assert code == 0, said
    assert farm.book("out") == farm.book("pool")
    assert (farm.begun.count("s00"), len(farm.begun)) == (2, len(farm.names) + 1)
    ended(second, signal.SIGTERM)
    assert is_clean(farm)


def test_what_kills_three_workers_is_given_up_and_not_graded(farm: Farm) -> None:
    farm.do("s00", "kill worker")
    run = farm.coordinator("out")
    for _ in range(3):
        worker = farm.worker()
        code, log = ended(worker)
        assert code == -signal.SIGKILL, log
        farm.age()
    last = farm.worker()
    code, said = ended(run)
    assert (code, "given up after 3 deliveries" in said) == (3, True), said
    assert rows(farm, "out") == {name: "not graded" if name == "s00" else "graded" for name in farm.names}
    assert farm.begun.count("s00") == 3
    ended(last, signal.SIGTERM)
    assert is_clean(farm)


class Evil:
    """Writes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (self.path,)  # type: ignore[return-value]


def test_what_nobody_with_the_key_sent_is_refused_and_logged(farm: Farm, tmp_path: Path) -> None:
    app = connect(farm.broker, longest_s=60)
    queue = CeleryQueue(app, CHECKS)
    queue.publish("no seal\n{}")
    app.send_task(TASK, args=["a", "b"], kwargs={"sealed": "c"}, queue=CHECKS)
    app.send_task("celery.backend_cleanup", queue=CHECKS)
    app.send_task(TASK, args=["x"], queue=CHECKS, link=app.signature("celery.accumulate", queue=CHECKS))
    with Connection(farm.broker) as connection, connection.Producer() as producer:
        headers = {"task": TASK, "id": "1", "lang": "py", "argsrepr": "", "kwargsrepr": ""}
        body = ((Evil(tmp_path / "unpickled"),), {}, {})
        producer.publish(body, serializer="pickle", headers=headers, exchange="grader", routing_key=CHECKS)
        producer.publish({"hello": "world"}, exchange="grader", routing_key=CHECKS)
        producer.publish(b"\xff\xfe", exchange="grader", routing_key=CHECKS, content_type="application/json")
    assert queue.ready() == 7
    worker = farm.worker()
    wait_until(lambda: not queue.ready() and not farm.valkey.hlen("unacked"), "messages stay")
    assert farm.begun == []
    code, said = farm.graded("out")  # the control: what was signed is graded by the same worker
    assert code == 0, said
    code, log = ended(worker, signal.SIGTERM)
    assert code == 0
    assert log.count("Refused a message, and ran nothing of it") == 3
    assert "unregistered task" in log
    assert not (tmp_path / "unpickled").exists()
    assert queue.ready() == 0


def test_a_coordinator_that_is_killed_goes_on_and_grades_nothing_twice(farm: Farm) -> None:
    worker = farm.worker()
    run = farm.coordinator("out")
    for so_many in (2, 4):
        wait_until(lambda least=so_many: len(farm.begun) >= least, "nothing begins")
        ended(run, signal.SIGKILL)
        run = farm.coordinator("out", "--resume")
    code, said = ended(run)
    assert code == 0, said
    assert set(rows(farm, "out").values()) == {"graded"}
    assert sorted(farm.begun) == farm.names
    ended(worker, signal.SIGTERM)
    assert is_clean(farm)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_coordinator_that_is_told_to_end_takes_back_what_nobody_began(farm: Farm, how: signal.Signals) -> None:
    farm.do("s01", "sleep 2")
    worker = farm.worker()
    run = farm.coordinator("out")
    wait_until(lambda: farm.begun[-1:] == ["s01"], "the second grading does not begin")
    code, said = ended(run, how)
    assert (code, "--resume" in said, "Traceback" in said) == (130, True, False), said
    assert "Begun and not counted yet: " in said
    wait_until(lambda: not farm.valkey.llen(CHECKS) and not farm.valkey.hlen("unacked"), "the queue is not worked off")
    assert farm.begun == ["s00", "s01"]
    code, said = farm.graded("out", "--resume")
    assert code == 0, said
    assert sorted(farm.begun) == farm.names
    ended(worker, signal.SIGTERM)
    assert is_clean(farm)


def test_a_worker_that_is_told_to_end_gives_back_what_it_was_at(farm: Farm) -> None:
    farm.do("s00", "sleep 600 once")
    first = farm.worker()
    run = farm.coordinator("out")
    wait_until(lambda: farm.begun == ["s00"], "the first grading does not begin")
    code, log = ended(first, signal.SIGTERM)
    assert (code, "Gave" in log, "Traceback" in log) == (0, True, False), log
    second = farm.worker()  # nothing is aged: it was given back, not lost
    code, said = ended(run)
    assert code == 0, said
    assert sorted(farm.begun) == sorted([*farm.names, "s00"])
    ended(second, signal.SIGTERM)
    assert is_clean(farm)


def test_what_is_delivered_twice_is_graded_and_counted_once(farm: Farm) -> None:
    run = farm.coordinator("out")
    wait_until(lambda: farm.valkey.llen(CHECKS) == len(farm.names), "nothing is sent")
    for message in farm.valkey.lrange(CHECKS, 0, -1):
        farm.valkey.lpush(CHECKS, message)
    worker = farm.worker()
    code, said = ended(run)
    assert (code, "6 graded now." in said) == (0, True), said
    wait_until(lambda: not farm.valkey.llen(CHECKS) and not farm.valkey.hlen("unacked"), "messages stay")
    assert sorted(farm.begun) == farm.names
    _, log = ended(worker, signal.SIGTERM)
    assert log.count("Dropped") == len(farm.names)


def free_port() -> int:
    """The first of two ports that nobody listens on."""
    with socket.socket() as first:
        first.bind(("127.0.0.1", 0))
        return int(first.getsockname()[1])


def test_both_queues_and_their_metrics(farm: Farm) -> None:
    port = free_port()
    worker = farm.worker("--queues", "checks,performance", "--workers", "2", "--metrics", f"127.0.0.1:{port}")
    code, said = farm.graded("out")
    assert code == 0, said

    def metrics(number: int) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port + number}/metrics", timeout=10) as answer:
            return str(answer.read().decode())

    assert 'grader_gradings_total{outcome="measured",queue="checks"} 6.0' in metrics(0)
    assert 'grader_gradings_in_progress{queue="performance"} 0.0' in metrics(1)
    code, said = ended(farm.worker("--queues", "performance", "--metrics", "off"))
    assert (code, "another worker of this machine takes the queue performance already" in said) == (2, True), said
    code, said = ended(farm.worker("--queues", "checks", "--metrics", f"127.0.0.1:{port}"))
    assert (code, "Name another address" in said) == (2, True), said
    code, log = ended(worker, signal.SIGINT)
    assert (code, "Traceback" in log) == (0, False), log


def test_a_broker_or_a_store_that_is_not_there_is_said(farm: Farm) -> None:
    (farm.home / "file").touch()
    for more in (["--broker", "redis+socket:///tmp/no/such.sock"], ["--store", str(farm.home / "file")]):
        code, said = farm.graded("out", *more)
        assert (code, "Traceback" in said) == (3, False), said
        assert "cannot be reached" in said or "cannot be written to" in said
