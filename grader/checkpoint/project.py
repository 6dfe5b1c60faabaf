"""The learner's project, running in a sandbox behind its agent: started, migrated once, restarted when it is lost."""

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from grader.agent.client import AgentClient, AgentFault
from grader.agent.raised import Raised
from grader.sandbox.api import Process

START_S, MIGRATE_S, QUICK_S = 30.0, 60.0, 10.0
# Time lost on checks whose process broke off or fell silent; beyond it, the project is not started again.
PATIENCE_S = 200.0
NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


class Place(NamedTuple):
    """A database: ``sqlite`` or ``postgres``, and its name there. SQLite's are ``template`` (a copy) and ``empty``."""

    vendor: str
    name: str


class Broken(Exception):
    """The project does not get as far as the check: what it was doing, and what it raised or did instead."""

    def __init__(self, doing: str, cause: Raised | AgentFault) -> None:
        super().__init__(doing)
        self.doing, self.cause = doing, cause


class Host(Protocol):
    """What a project runs on."""

    def launch(self, fd: int) -> Process:
        """A sandbox with the agent on the descriptor."""

    def setup(self, process: Process) -> Mapping[str, Any] | None:
        """What the agent loads at its start; nothing for one that loads when it is told."""

    def located(self, process: Process, place: Place) -> Mapping[str, Any]:
        """A database as Django's settings name it, within reach of the sandbox from then on."""

    def kill(self, process: Process) -> None:
        """Ends the sandbox."""

    def prepare(self, project: "Project", vendor: str) -> None:
        """Brings the migrated template about, when the first check needs it."""


@dataclass(slots=True)
class Project:
    """One agent, on its host."""

    host: Host
    client: AgentClient | None = None
    process: Process | None = None
    templates: set[str] = field(default_factory=set)
    broken: dict[str, Broken] = field(default_factory=dict)
    waited: float = 0.0

    @contextmanager
    def check(self, mode: str, place: Place | None) -> Iterator[AgentClient]:
        """A client with a check begun; ended or, if the agent is lost, killed on leaving.

        Raises ``Broken`` if the project does not start, or cannot migrate the template that this place is copied from.
        """
        client = self.ready()
        with self._discarding():
            client.begin(mode, self.located(place) if place else None, within_s=QUICK_S)
            try:
                yield client
            finally:
                if client.in_check:
                    client.end(within_s=QUICK_S)

    @contextmanager
    def _discarding(self) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        except AgentFault as fault:
            if fault.lost:
                self.waited += time.monotonic() - began
                self.stop()
            raise

    def ready(self, vendor: str | None = None) -> AgentClient:
        """The agent, started; with the migrated template of ``vendor``. Raises ``Broken``."""
        if self.waited > PATIENCE_S:
            silent = AgentFault(f"Your project left the grader without an answer for {self.waited:.0f} s in all.")
            raise Broken("was being checked", silent)
        if self.client is None:
            self._once("was starting", self._start)
        if vendor and vendor not in self.templates:
            self._once(f"ran its migrations on {NAMES[vendor]}", lambda: self.host.prepare(self, vendor))
            self.templates.add(vendor)
        return self.agent

    @property
    def agent(self) -> AgentClient:
        """The agent, which has been started."""
        assert self.client is not None
        return self.client

    def located(self, place: Place) -> dict[str, Any]:
        """A database as Django's settings name it."""
        assert self.process is not None
        return dict(self.host.located(self.process, place))

    def migrate(self, place: Place, *target: str) -> None:
        """Runs all migrations there, or those up to a target (app, or app and name); raises what they raise."""
        where, doing = self.located(place), "it ran its migrations"
        with self._discarding():
            self.agent.ask("migrate", within_s=MIGRATE_S, doing=doing, database=where, target=target)

    def _once(self, doing: str, step: Callable[[], None]) -> None:
        """Carries out a step of the start; what has failed once is not tried again for every check."""
        if doing in self.broken:
            raise self.broken[doing]
        try:
            step()
        except (Raised, AgentFault) as error:
            self.stop()
            self.broken[doing] = Broken(doing, error)
            raise self.broken[doing] from error

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = self.host.launch(theirs.fileno())
        self.client = AgentClient(ours)
        if (setup := self.host.setup(self.process)) is not None:
            self.client.ask("setup", within_s=START_S, doing="it was starting", **setup)
            self.client.ask("warm", within_s=START_S, doing="it was starting")

    def stop(self) -> None:
        """Kills the sandbox; the next check starts another one."""
        if self.process is not None:
            self.host.kill(self.process)
        if self.client is not None:
            self.client.close()
        self.client = self.process = None
        self.templates.clear()
