"""The learner's project, running in a sandbox behind its agent: started, migrated once, restarted when it is lost."""

import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from grader.agent.client import AgentClient, AgentFault
from grader.agent.raised import Raised
from grader.sandbox.api import Process
from grader.sandbox.load import usage
from grader.stage.sqlite.witness import Folder, Witness, handed_out
from grader.stage.times import MIGRATE_S, PATIENCE_S, QUICK_S, START_S

NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


class Place(NamedTuple):
    """A database: ``sqlite`` or ``postgres``, and its name there.

    SQLite's is the name of what the project keeps (``template`` is the migrated one, ``empty`` nothing): each check
    begins with a copy of it.
    """

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

    def loaded(self) -> None:
        """Closes what was open only for a project that loads."""

    def located(self, process: Process, place: Place) -> Mapping[str, Any]:
        """A database as Django's settings name it, within reach of the sandbox from then on."""

    def kill(self, process: Process) -> None:
        """Ends the sandbox."""

    def prepare(self, project: "Project", vendor: str) -> None:
        """Brings the migrated template about, when the first check needs it."""


@dataclass(slots=True)
class Project:
    """One agent, on its host. After ``patience_s`` lost on checks that fell silent it is not started again.

    ``kept`` are SQLite databases by name, as bytes: no check can reach one that another one begins with. ``file`` is
    the name of the running check's own.
    """

    host: Host
    witness: Witness
    patience_s: float = PATIENCE_S
    client: AgentClient | None = None
    process: Process | None = None
    templates: set[str] = field(default_factory=set)
    broken: dict[str, Broken] = field(default_factory=dict)
    waited: float = 0.0
    folder: Folder | None = None
    kept: dict[str, bytes] = field(default_factory=lambda: {"empty": b""})
    file: str = ""
    keep_as: str = ""

    @contextmanager
    def check(self, mode: str, place: Place | None) -> Iterator[AgentClient]:
        """A client with a check begun; ended or, if the agent is lost, killed on leaving.

        Raises ``Broken`` if the project does not start, or cannot migrate the template that this place is copied from.
        """
        client = self.ready()
        with self._discarding(client):
            if mode == "fork" and self.process is not None:
                self.process.remember()
            try:
                with self._copied(mode, place) as own:
                    client.begin(mode, self.located(own) if own else None, within_s=QUICK_S)
                    try:
                        yield client
                    finally:
                        if client.in_check:
                            client.end(within_s=QUICK_S)
            finally:
                self._restore(mode)

    def _restore(self, mode: str) -> None:
        """Nothing of a check is there in the next one; where that cannot be had, the next one gets a new sandbox."""
        if mode == "fork" and self.process is not None and not self.process.restore():
            self.stop()

    @contextmanager
    def _copied(self, mode: str, place: Place | None) -> Iterator[Place | None]:
        """A SQLite database as a file of this check's own, removed when its process has ended; any other as it is."""
        if place is None or place.vendor != "sqlite":
            yield place
            return
        shared = mode == "savepoint"  # one file for all checks, each of which is rolled back
        self.file = "shared" if shared else f"check_{secrets.token_hex(8)}"
        if not (shared and f"sqlite:{self.file}" in self.templates):
            self.witness.put(self.files, self.file, self.kept[place.name])
        if shared:
            self.templates.add(f"sqlite:{self.file}")
        try:
            yield Place("sqlite", self.file)
            if self.keep_as:
                self._keep(self.file, self.keep_as)
        finally:
            self.keep_as = ""
            if not shared and self.folder is not None:
                self.folder.remove(self.file)

    def _keep(self, file: str, name: str) -> None:
        self.witness.settle(self.files, file)
        self.kept[name] = self.files.get(file)

    @property
    def files(self) -> Folder:
        """The folder of the SQLite databases; there is one as long as the agent runs."""
        assert self.folder is not None
        return self.folder

    @contextmanager
    def _discarding(self, client: AgentClient) -> Iterator[None]:
        before = client.spent
        try:
            yield
        except AgentFault as fault:
            if fault.lost:
                self.waited += client.spent - before
                self.stop()
            raise

    def ready(self, vendor: str | None = None) -> AgentClient:
        """The agent, started; with the migrated template of ``vendor``. Raises ``Broken``."""
        if self.waited > self.patience_s:
            told = f"Your project left the grader without an answer for {self.waited:.0f} s in all."
            raise Broken("was being checked", AgentFault(told, unsure=True))
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
        doing = "it ran its migrations"
        file = f"made_{secrets.token_hex(8)}" if place.vendor == "sqlite" else place.name
        where = self.located(Place(place.vendor, file))
        with self._discarding(self.agent):
            self.agent.ask("migrate", within_s=MIGRATE_S, doing=doing, database=where, target=target)
            if place.vendor == "sqlite":
                self._keep(file, place.name)
                self.files.remove(file)

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
        try:
            self.folder = handed_out(ours)
        except BaseException:
            ours.close()
            self.stop()
            raise
        self.client = AgentClient(ours, usage)
        if (setup := self.host.setup(self.process)) is not None:
            self.client.ask("setup", within_s=START_S, doing="it was starting", **setup)
            self.client.ask("warm", within_s=START_S, doing="it was starting")
            self.host.loaded()

    def stop(self) -> None:
        """Kills the sandbox; the next check starts another one."""
        if self.process is not None:
            self.host.kill(self.process)
        if self.client is not None:
            self.client.close()
        if self.folder is not None:
            self.witness.forget(self.folder)
            self.folder.close()
        self.client = self.process = self.folder = None
        self.templates.clear()
