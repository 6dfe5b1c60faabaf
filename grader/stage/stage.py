"""What one process starts of a project, each thing when it is first needed: sandbox, services, the project's agents."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from grader.agent.client import AgentFault
from grader.sandbox.api import Sandbox
from grader.sandbox.select import open_sandbox
from grader.stage.databases import Databases
from grader.stage.edited import edited
from grader.stage.host import BareHost, MainHost
from grader.stage.places import MIGRATED, Place
from grader.stage.project import Host, Project
from grader.stage.registry import Service
from grader.stage.services import Services
from grader.stage.spec import StageSpec
from grader.stage.sqlite.files import SqliteFiles
from grader.stage.sqlite.witness import Witness


class Stage:
    """Everything on it ends with ``close``. Raises ``SandboxError`` where no sandbox can be had.

    ``main`` is the project with its models loaded, ``bare`` a process that has loaded nothing of it.
    """

    def __init__(self, spec: StageSpec) -> None:
        self.spec = spec
        self.stack = ExitStack()
        self._shared: Place | None = None
        self._beside: dict[str, Project] = {}
        self._ends = time.monotonic() + spec.longest_s
        self.sandbox: Sandbox = open_sandbox(spec.sandbox, state_dir=spec.state_dir)
        self.stack.callback(self.sandbox.close)
        self.services = Services(self.sandbox, spec.state_dir, self.stack)
        self.witness = Witness(self.sandbox)
        self.stack.callback(self.witness.stop)
        self.main = self._project(MainHost(spec, self.sandbox, self.services))
        self.bare = self._project(BareHost(spec, self.sandbox))
        self.databases = Databases(self.main, self.services.postgres_databases)

    def _project(self, host: Host) -> Project:
        return Project(host, SqliteFiles(self.witness), self.spec.patience_s)

    def start_ahead(self) -> None:
        """Starts what loads the project and what looks at its database, before there is a project."""
        self.main.start_ahead()
        self.witness.start_ahead(self.main.sqlite.open_folder)

    def begin(self) -> None:
        """The time that all may take counts from now on."""
        self._ends = time.monotonic() + self.spec.longest_s

    def main_beside(self, service: Service) -> Project:
        """The same as ``main``, with a real server of that kind in reach."""
        if service.name not in self._beside:
            host = MainHost(self.spec, self.sandbox, self.services, beside=(service,))
            self._beside[service.name] = self._project(host)
        return self._beside[service.name]

    @contextmanager
    def variant(self, files: Mapping[str, str]) -> Iterator[Project]:
        """A project that has loaded nothing, of the submission with these files changed."""
        with edited(self.spec.submission, files, self.spec.folder) as root:
            project = self._project(BareHost(replace(self.spec, submission=root), self.sandbox))
            try:
                yield project
            finally:
                project.stop()

    def close(self) -> None:
        """Ends every process of the stage."""
        for project in (self.main, *self._beside.values(), self.bare):
            project.stop()
        self.stack.close()

    def check_time(self) -> None:
        """``AgentFault`` once all time is used up, which only a submission that keeps the grader waiting does."""
        if time.monotonic() > self._ends:
            why = f"Your project kept the grader waiting for {self.spec.longest_s / 60:.0f} minutes in all."
            raise AgentFault(why, unsure=True)

    def shared_database(self) -> Place:
        """The PostgreSQL database of all questions that are kept apart by transactions alone."""
        if self._shared is None:
            self._shared = self.databases.copy(self.stack, "postgres", MIGRATED)
        return self._shared
