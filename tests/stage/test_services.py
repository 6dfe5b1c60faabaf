"""The registry of servers, and what a run does with each of them: real servers, in sandboxes."""

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.checkpoint import check
from grader.domain.errors import CourseError
from grader.sandbox import users
from grader.sandbox.api import FIRST_FD, SERVER_LIMITS, Launch, Process
from grader.sandbox.bubblewrap import Bubblewrap
from grader.stage import registry
from grader.stage.registry import POSTGRES, REDIS, REGISTRY, Service
from grader.stage.services import Services

EACH = pytest.mark.parametrize("service", REGISTRY, ids=lambda service: service.name)
# A question that each answers without a login: whether it speaks TLS, and a command that it has not.
GREETINGS = {"postgres": bytes.fromhex("0000000804d2162f"), "redis": b"HELLO?\r\n"}
# Inside a sandbox: for each order, a port and a question, one connection and what came of it.
ASKING = """
import os, socket, sys
orders = socket.socket(fileno=int(sys.argv[1]))
while order := orders.recv(64).split():
    try:
        with socket.create_connection(("127.0.0.1", int(order[0])), 5) as connection:
            connection.settimeout(1)
            connection.sendall(bytes.fromhex(order[1].decode()))
            answer = b"answered" if connection.recv(100) else b"broken"
    except TimeoutError:
        answer = b"silence"
    except OSError:
        answer = b"broken"
    orders.sendall(answer)
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Bubblewrap]:
    sandbox = Bubblewrap()
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="module")
def services(sandbox: Bubblewrap, state_dir: Path) -> Iterator[Services]:
    with ExitStack() as stack:
        yield Services(sandbox, state_dir, stack)


class Asker:
    """A process in a sandbox that says what it finds behind a port."""

    def __init__(self, sandbox: Bubblewrap) -> None:
        self._orders, theirs = socket.socketpair()
        self._orders.settimeout(15)
        with theirs:
            launch = Launch(("-c", ASKING, str(FIRST_FD)), pass_fds=(theirs.fileno(),), ports=registry.ports())
            self.process: Process = sandbox.start(launch, submission=None, deps=None)

    def finds(self, service: Service) -> str:
        self._orders.sendall(f"{service.port} {GREETINGS[service.name].hex()}".encode())
        return self._orders.recv(16).decode()


@pytest.fixture
def asker(sandbox: Bubblewrap, services: Services) -> Iterator[Asker]:
    asker = Asker(sandbox)
    yield asker
    services.kill(asker.process)


@pytest.mark.parametrize("what", ["name", "title", "port", "user"])
def test_no_two_services_share(what: str) -> None:
    values = [getattr(service, what) for service in REGISTRY]
    assert len(set(values)) == len(values)


def test_every_user_fits_into_the_block_of_a_sandbox() -> None:
    """One more, and two sandboxes would share a user."""
    numbers = sorted(users.ROLES.values())
    assert numbers == list(range(len(numbers)))
    assert len(numbers) <= users._EACH
    assert {service.user for service in REGISTRY} <= users.ROLES.keys() - {"submission", "tool"}


def test_a_check_can_take_down_what_is_registered_and_nothing_else() -> None:
    def test_something() -> None:
        """It works."""

    for service in REGISTRY:
        check("a.b", down=service.name)(test_something)
    with pytest.raises(CourseError, match="'rabbitmq'") as refused:
        check("a.b", down="rabbitmq")(test_something)
    assert "`redis`" in refused.value.hint


@EACH
def test_it_runs_as_its_own_user(services: Services, sandbox: Bubblewrap, service: Service) -> None:
    own = sandbox.for_service(service.user)
    assert services.socket(service).stat().st_uid == own.uid
    own.close()


def test_it_runs_within_the_limits_of_its_line(sandbox: Bubblewrap, state_dir: Path) -> None:
    """Valkey takes as many clients as it may open files, but 32; the control is the line as it is."""

    def most_clients(service: Service) -> str:
        server: Any = service.make(sandbox, state_dir, service)
        server.start()
        try:
            with server.admin() as admin:
                return str(admin.config_get("maxclients")["maxclients"])
        finally:
            server.stop()

    assert most_clients(REDIS) == "128"
    assert most_clients(replace(REDIS, limits=replace(SERVER_LIMITS, open_files=100))) == "68"


@EACH
def test_it_is_started_once_and_found_by_its_variables(services: Services, service: Service) -> None:
    first = services.running(service)
    if service is POSTGRES:
        services.postgres_databases.open_scratch()
    [(name, value)] = services.variables(service).items()
    assert re.fullmatch(r"[A-Z_]+_URL", name)
    assert f"127.0.0.1:{service.port}/" in value
    assert services.running(service) is first
    if service is POSTGRES:
        services.postgres_databases.close_scratch()


@EACH
def test_taken_down_nothing_answers_and_afterwards_it_does(services: Services, service: Service, asker: Asker) -> None:
    services.attach(asker.process, service)
    services.attach(asker.process, service)
    assert asker.finds(service) == "answered"
    with services.without(service.name):
        assert asker.finds(service) == "broken"
        assert services.crashed() == ()
    assert asker.finds(service) == "answered"
    with services.restored():
        services.running(service).down()
    assert asker.finds(service) == "answered"


@EACH
def test_what_fell_without_being_taken_down_has_crashed(services: Services, service: Service) -> None:
    running = services.running(service)
    running.server.halt()
    assert services.crashed() == (service.title,)
    running.server.start()
    assert services.crashed() == ()


@EACH
@pytest.mark.parametrize(("mode", "found"), [("cut", "broken"), ("hang", "silence"), ("latency", "silence")])
def test_its_network_fails_as_told(services: Services, service: Service, asker: Asker, mode: Any, found: str) -> None:
    services.attach(asker.process, service)
    services.fault(asker.process, service, mode, delay_s=1.5)
    assert asker.finds(service) == found
    services.fault(asker.process, service, "ok")
    assert asker.finds(service) == "answered"


def test_a_fault_that_a_service_has_not_is_the_course_s_error(services: Services, asker: Asker) -> None:
    services.attach(asker.process, REDIS)
    with pytest.raises(CourseError, match="'hang'"):
        services.fault(asker.process, replace(REDIS, faults=("cut",)), "hang")
    assert asker.finds(REDIS) == "answered"


def test_reset_leaves_nothing_of_a_check(services: Services) -> None:
    with services.redis_server.admin() as admin:
        admin.set("note", "x")
        assert admin.dbsize() == 1
        services.reset()
        assert admin.dbsize() == 0
