"""The learner's project, running in a sandbox behind its agent: started, migrated once, restarted when it is lost."""

import contextlib
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from grader.agent.client import AgentClient, AgentFault
from grader.agent.raised import Raised
from grader.sandbox.api import Process
from grader.sandbox.load import usage
from grader.stage.places import MIGRATED, OnPostgres, OnSqlite, Origin, Place, SqliteFile, Vendor
from grader.stage.sqlite.files import SqliteFiles
from grader.stage.sqlite.witness import receive_folder
from grader.stage.times import MIGRATE_S, PATIENCE_S, QUICK_S, START_S

NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
LOADING_URLS = "was loading its URLs"


class Broken(Exception):
    """The project does not get as far as the check: what it was doing, and what it raised or did instead.

    ``asked`` says whether checks had asked an earlier process of it something: then its words may carry that.
    """

    def __init__(self, doing: str, cause: Raised | AgentFault, asked: bool = False) -> None:
        super().__init__(doing)
        self.doing, self.cause, self.asked = doing, cause, asked


class Host(Protocol):
    """What a project runs on."""

    def launch(self, fd: int) -> Process:
        """A sandbox with the agent on the descriptor."""

    def setup(self, process: Process) -> Mapping[str, Any] | None:
        """What the agent loads at its start; nothing for one that loads on command."""

    def loaded(self) -> None:
        """Closes what was open only for a project that loads."""

    def database_settings(self, process: Process, place: OnPostgres | SqliteFile) -> Mapping[str, Any]:
        """A database as Django's settings name it, within reach of the sandbox from then on."""

    def kill(self, process: Process) -> None:
        """Ends the sandbox."""

    def prepare(self, project: "Project", vendor: Vendor) -> None:
        """Brings the migrated template about, when the first check needs it."""


@dataclass(slots=True)
class Project:
    """One agent, on its host. After ``patience_s`` lost on checks that fell silent it is not started again.

    ``origins`` are those that databases can be copied from while this agent runs. ``asked`` says whether a check has
    begun on any process of it; ``endless`` are modules whose import does not end, with what that raises. ``waiting``
    is an agent that has been started and has loaded nothing of the project; with ``noting`` those that load it note
    of which files code runs.
    """

    host: Host
    sqlite: SqliteFiles
    patience_s: float = PATIENCE_S
    client: AgentClient | None = None
    process: Process | None = None
    origins: set[tuple[Vendor, Origin]] = field(default_factory=set)
    broken: dict[str, Broken] = field(default_factory=dict)
    lost_s: float = 0.0
    asked: bool = False
    endless: dict[str, Raised] = field(default_factory=dict)
    waiting: AgentClient | None = None
    noting: bool = False

    @contextlib.contextmanager
    def check(self, mode: str, place: Place | None) -> Iterator[AgentClient]:
        """A client with a check begun; ended or, if the agent is lost, killed on leaving.

        Raises ``Broken`` if the project does not start, or cannot migrate the template that this place is copied from.
        """
        client = self.ready()
        self.asked = True
        with self._discarding(client):
            if mode == "fork" and self.process is not None:
                self.process.remember()
            try:
                with self._copied(mode, place) as own:
                    client.begin(mode, self.database_settings(own) if own else None, within_s=QUICK_S)
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

    @contextlib.contextmanager
    def _copied(self, mode: str, place: Place | None) -> Iterator[OnPostgres | SqliteFile | None]:
        """A SQLite database as a file of this check's own, removed when its process has ended; any other as it is."""
        if not isinstance(place, OnSqlite):
            yield place
            return
        # In a savepoint there is one file for all checks, each of which is rolled back.
        with self.sqlite.copied(place.origin, shared=mode == "savepoint") as file:
            yield file

    @contextlib.contextmanager
    def _discarding(self, client: AgentClient) -> Iterator[None]:
        before = client.spent
        try:
            yield
        except AgentFault as fault:
            if fault.lost:
                self.lost_s += client.spent - before
                self.stop()
            raise

    def ready(self, vendor: Vendor | None = None) -> AgentClient:
        """The agent, started; with the migrated template of ``vendor``. Raises ``Broken``."""
        if self.lost_s > self.patience_s:
            why = f"Your project left the grader without an answer for {self.lost_s:.0f} s in all."
            raise Broken("was being checked", AgentFault(why, unsure=True))
        migrating = f"ran its migrations on {NAMES[vendor]}" if vendor else ""
        if migrating in self.broken:
            raise self.broken[migrating]  # without starting it once more for that
        if self.client is None:
            self._once("was starting", self._start)
        if vendor and (vendor, MIGRATED) not in self.origins:
            self._once(migrating, lambda: self.host.prepare(self, vendor))
            self.origins.add((vendor, MIGRATED))
        return self.agent

    def load_urls(self) -> None:
        """Imports what the URLs lead to, of a project that has been started.

        Raises ``Broken`` where a file is no Python. Whatever else comes of it may rest on the settings, and those that
        the project is served under are others: it is for the checks that ask.
        """
        try:
            with self._discarding(self.agent):
                self.agent.ask("urls", within_s=START_S)
        except AgentFault:
            return  # whoever asks next gets a new process, and meets it there
        except Raised as error:
            if any(each.is_a("SyntaxError") for each in error.chain):
                raise Broken(LOADING_URLS, error, self.asked) from error

    @property
    def agent(self) -> AgentClient:
        """The agent, which has been started."""
        assert self.client is not None
        return self.client

    def database_settings(self, place: OnPostgres | SqliteFile) -> dict[str, Any]:
        """A database as Django's settings name it."""
        assert self.process is not None
        return dict(self.host.database_settings(self.process, place))

    def migrate(self, place: OnPostgres | SqliteFile, *target: str) -> None:
        """Runs all migrations there, or those up to a target (app, or app and name); raises what they raise."""
        with self._discarding(self.agent):
            where, doing = self.database_settings(place), "it ran its migrations"
            self.agent.ask("migrate", within_s=MIGRATE_S, doing=doing, database=where, target=target)

    def migrate_sqlite(self, origin: Origin, *target: str) -> None:
        """Runs them in a file of their own, which is saved as that origin; raises the same."""
        file = self.sqlite.new()
        self.migrate(file, *target)
        with self._discarding(self.agent):
            self.sqlite.save(file, origin)
            self.sqlite.remove(file)

    def _once(self, doing: str, step: Callable[[], None]) -> None:
        """Carries out a step of the start; what has failed once is not tried again for every check."""
        if doing in self.broken:
            raise self.broken[doing]
        try:
            step()
        except (Raised, AgentFault) as error:
            self.stop()
            self.broken[doing] = Broken(doing, error, self.asked)
            raise self.broken[doing] from error

    def start_ahead(self) -> None:
        """Starts the agent with what every project loads of its packages, and with nothing of this one."""
        if self.client is None and self.waiting is None:
            self.waiting = self._launched()
            with contextlib.suppress(Raised):
                self.waiting.ask("preload", within_s=START_S)

    def noted(self) -> list[str]:
        """The files of the submission that code ran of since this was last asked; nothing of an agent that is gone."""
        if self.client is None or not self.noting:
            return []
        try:
            found = self.client.ask("noted", within_s=QUICK_S)
        except (AgentFault, Raised):
            return []
        return [path for path in found if isinstance(path, str)] if isinstance(found, list) else []

    def _launched(self) -> AgentClient:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = self.host.launch(theirs.fileno())
        try:
            self.sqlite.folder = receive_folder(ours)
        except BaseException:
            ours.close()
            self.stop()
            raise
        return AgentClient(ours, usage)

    def _start(self) -> None:
        self.client, self.waiting = self.waiting or self._launched(), None
        assert self.process is not None
        if (setup := self.host.setup(self.process)) is not None:
            if self.noting:
                self.client.ask("note", within_s=QUICK_S)
            self.client.ask("setup", within_s=START_S, doing="it was starting", **setup)
            self.client.ask("warm", within_s=START_S, doing="it was starting")
            self.host.loaded()

    def stop(self) -> None:
        """Kills the sandbox; the next check starts another one."""
        if self.process is not None:
            self.host.kill(self.process)
        for client in (self.client, self.waiting):
            if client is not None:
                client.close()
        self.sqlite.close()
        self.client = self.waiting = self.process = None
        self.origins.clear()
