"""What one run starts, each thing when the first check needs it: the sandbox, the services, the project's agents."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace

import msgspec
import pytest

from grader.agent.client import AgentFault
from grader.checkpoint.case import Case, Line
from grader.checkpoint.edited import edited
from grader.checkpoint.host import BareHost, MainHost
from grader.checkpoint.project import Host, Place, Project
from grader.checkpoint.services import Services
from grader.checkpoint.snapshots import Snapshots
from grader.checkpoint.spec import RunSpec
from grader.checkpoint.sqlite import Witness
from grader.domain.errors import SandboxError
from grader.sandbox.select import open_sandbox

SESSION: "pytest.StashKey[Session]" = pytest.StashKey()


class Session:
    """One run: everything in it ends with ``close``."""

    def __init__(self, spec: RunSpec) -> None:
        self.spec = spec
        self.stack = ExitStack()
        self._shared: Place | None = None
        self._ends = time.monotonic() + spec.longest_s
        try:
            self.sandbox = open_sandbox(spec.sandbox, state_dir=spec.state_dir)
        except SandboxError as error:
            self._note({"error": error.message, "hint": error.hint})
            raise
        self.stack.callback(self.sandbox.close)
        self._note_sandbox()
        self.services = Services(self.sandbox, spec.state_dir, self.stack)
        self.witness = Witness(self.sandbox)
        self.stack.callback(self.witness.stop)
        self.main = self._project(MainHost(spec, self.sandbox, self.services))
        self.with_redis = Project(
            MainHost(spec, self.sandbox, self.services, redis=True), self.witness, spec.patience_s
        )
        self.bare = self._project(BareHost(spec, self.sandbox))
        self.snapshots = Snapshots(self.main, self.services)

    def _project(self, host: Host) -> Project:
        return Project(host, self.witness, self.spec.patience_s)

    @contextmanager
    def variant(self, files: Mapping[str, str]) -> Iterator[Project]:
        """A project that has loaded nothing, of the submission with these files changed."""
        with edited(self.spec.submission, files, self.spec.folder) as root:
            project = Project(
                BareHost(replace(self.spec, submission=root), self.sandbox), self.witness, self.spec.patience_s
            )
            try:
                yield project
            finally:
                project.stop()

    def _note_sandbox(self) -> None:
        """How the submission is run apart, for the result; what its services lack is known only at the end."""
        official = "yes" if self.sandbox.official else "no"
        self._note(
            {"name": self.sandbox.name, "official": official, "unlimited": "\n".join(self.sandbox.missing_limits())}
        )

    def _note(self, facts: dict[str, str]) -> None:
        (self.spec.folder / "sandbox.json").write_bytes(msgspec.json.encode(facts))

    def close(self) -> None:
        """Ends every process of the run."""
        for project in (self.main, self.with_redis, self.bare):
            project.stop()
        self.stack.close()
        self._note_sandbox()

    def tell(self, word: str, number: float, name: str) -> None:
        """Tells the runner of a check: ``begin`` with the seconds it has, ``end`` with how many there are in all."""
        with suppress(OSError):
            os.write(self.spec.progress_fd, f"{word} {self.spec.lane} {number:.0f} {name}\n".encode())

    def check_time(self) -> None:
        """``AgentFault`` once the run has used up its time, which only a submission that keeps it waiting does."""
        if time.monotonic() > self._ends:
            told = f"Your project kept the grader waiting for {self.spec.longest_s / 60:.0f} minutes in all."
            raise AgentFault(told, unsure=True)

    def line(self, case: Case) -> Line:
        """A check's line to the project, in a database of its own that is made from the migrated template."""
        self.check_time()
        project = self.with_redis if case.declared.down == "redis" else self.main
        project.ready(case.vendor)
        return case.line(project, self._database(case), self.mode(case))

    def mode(self, case: Case) -> str:
        """How a check is isolated: as the run says, but apart from all others if it asks for a server of its own."""
        own = case.declared.database is not None or case.declared.down is not None
        return "fork" if own or case.vendor != self.spec.database else self.spec.mode

    def _database(self, case: Case) -> Place:
        """In the fast mode PostgreSQL has one database for all checks."""
        if case.vendor == "sqlite":
            return Place("sqlite", "template")
        if self.mode(case) == "fork":
            return Place("postgres", case.stack.enter_context(self.services.database()))
        if self._shared is None:
            self._shared = Place("postgres", self.stack.enter_context(self.services.database()))
        return self._shared

    def empty_line(self, case: Case, vendor: str) -> Line:
        """A check's line to the project, in an empty database."""
        self.check_time()
        self.main.ready()
        line = case.line(self.main, Place(vendor, "empty"), "fork")
        self.snapshots.empty(case.stack, line)
        return line
