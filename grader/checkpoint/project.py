"""The learner's project, running in a sandbox behind its agent: started, migrated once, restarted when it is lost."""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from grader.agent.client import AgentClient, AgentFault
from grader.agent.raised import Raised
from grader.sandbox.api import Process

START_S, MIGRATE_S, QUICK_S = 30.0, 60.0, 10.0


class Broken(Exception):
    """The project does not get as far as the check: what it was doing, and what it raised or did instead."""

    def __init__(self, doing: str, cause: Raised | AgentFault) -> None:
        super().__init__(doing)
        self.doing, self.cause = doing, cause


@dataclass(slots=True)
class Project:
    """One agent. ``launch`` starts a sandbox with the agent on the descriptor given.

    ``setup`` is what the agent loads at its start, nothing for a process that loads when it is told.
    ``prepare`` brings the migrated template about: it is called once, when the first check needs it.
    """

    launch: Callable[[int], Process]
    setup: Callable[[], Mapping[str, Any]] | None
    prepare: "Callable[[Project], None]"
    client: AgentClient | None = None
    process: Process | None = None
    template: bool = False
    broken: dict[str, Broken] = field(default_factory=dict)

    @property
    def agent(self) -> AgentClient:
        """The agent, which has been started."""
        assert self.client is not None
        return self.client

    @contextmanager
    def check(self, mode: str, database: str | None, *, template: bool) -> Iterator[AgentClient]:
        """A client with a check begun; ended or, if the agent is lost, killed on leaving.

        ``template``: not before the migrations have run. Raises ``Broken`` if the project does not get so far.
        """
        client = self.ready(template=template)
        with self._discarding():
            client.begin(mode, database, within_s=QUICK_S)
            try:
                yield client
            finally:
                if client.in_check:
                    client.end(within_s=QUICK_S)

    @contextmanager
    def _discarding(self) -> Iterator[None]:
        try:
            yield
        except AgentFault as fault:
            if fault.lost:
                self.stop()
            raise

    def ready(self, *, template: bool) -> AgentClient:
        """The agent, started, with its migrated template if that is asked for."""
        if self.client is None:
            self._once("was starting", self._start)
        if template and not self.template:
            self._once("ran its migrations", lambda: self.prepare(self))
            self.template = True
        return self.agent

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
            self.process = self.launch(theirs.fileno())
        self.client = AgentClient(ours)
        if self.setup is not None:
            self.client.ask("setup", within_s=START_S, doing="it was starting", **self.setup())
            self.client.ask("warm", within_s=START_S, doing="it was starting")

    def stop(self) -> None:
        """Kills the sandbox; the next check starts another one."""
        if self.process is not None:
            self.process.kill()
        if self.client is not None:
            self.client.close()
        self.client = self.process = None
        self.template = False
