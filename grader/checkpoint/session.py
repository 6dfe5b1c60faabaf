"""What one run starts, each thing when the first check needs it: the sandbox, the services, the project's agents."""

import os
import secrets
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from grader.agent import agent_file
from grader.agent.wire import encode
from grader.checkpoint.case import Case
from grader.checkpoint.project import MIGRATE_S, QUICK_S, Project
from grader.checkpoint.services import POSTGRES_PORT, REDIS_PORT, Services
from grader.checkpoint.spec import RunSpec
from grader.domain.errors import SandboxError
from grader.sandbox.api import Launch, Limits, Mount, Process
from grader.sandbox.select import open_sandbox

LARGEST_TEMPLATE = 700_000
SQLITE = "django.db.backends.sqlite3"
POSTGRES = "django.db.backends.postgresql"
SESSION: "pytest.StashKey[Session]" = pytest.StashKey()


class Session:
    """One run: everything in it ends with ``close``."""

    def __init__(self, spec: RunSpec) -> None:
        self.spec = spec
        self.stack = ExitStack()
        self._projects: dict[str, Project] = {}
        self._shared: str | None = None
        self._done = 0
        self.secret = secrets.token_hex(25)
        try:
            self.sandbox = open_sandbox(spec.sandbox, state_dir=spec.state_dir)
        except SandboxError as error:
            self._note({"error": error.message, "hint": error.hint})
            raise
        self.stack.callback(self.sandbox.close)
        self._note({"name": self.sandbox.name, "official": "yes" if self.sandbox.official else "no"})
        self.services = Services(self.sandbox, spec.state_dir, self.stack)

    def _note(self, facts: dict[str, str]) -> None:
        (self.spec.folder / "sandbox.json").write_bytes(msgspec.json.encode(facts))

    def close(self) -> None:
        """Ends every process of the run."""
        for project in self._projects.values():
            project.stop()
        self.stack.close()

    def tell(self, name: str, total: int) -> None:
        """Says that a check has ended."""
        self._done += 1
        with suppress(OSError):
            os.write(self.spec.progress_fd, f"{self._done} {total} {name}\n".encode())

    def project(self, kind: str) -> Project:
        """The project with its models loaded, on ``sqlite`` or ``postgres``, with or without ``+redis``.

        ``bare`` is one that loads only when it is told.
        """
        if kind not in self._projects:
            self._projects[kind] = self._project(kind)
        return self._projects[kind]

    def database_for(self, case: Case) -> str:
        """The name of a database of this check's own, made from the template; in the fast mode one for all checks."""
        if case.kind.startswith("sqlite"):
            return "template"
        if case.mode == "fork":
            return case.stack.enter_context(self.services.database())
        if self._shared is None:
            self._shared = self.stack.enter_context(self.services.database())
        return self._shared

    def _project(self, kind: str) -> Project:
        # Migrations run in an agent of their own: they may be under way while another check's line is open.
        database, _, redis = kind.removesuffix("-migrations").partition("+")
        ports = ((POSTGRES_PORT,) if database == "postgres" else ()) + ((REDIS_PORT,) if redis else ())
        prepare = self._postgres_template if database == "postgres" else self._sqlite_template
        return Project(
            launch=lambda fd: self.launch_agent(fd, ports, {} if kind == "bare" else self.variables(ports)),
            setup=None if kind == "bare" else lambda: self._setup(database),
            prepare=prepare,
        )

    def _setup(self, database: str) -> dict[str, Any]:
        where = {"ENGINE": SQLITE} if database == "sqlite" else {"ENGINE": POSTGRES, **self.services.django()}
        return {"settings": self.spec.settings, "database": where}

    def variables(self, ports: tuple[int, ...]) -> dict[str, str]:
        """The variables that the project finds set when its checks run in a sandbox with these ports."""
        hosts = "localhost,127.0.0.1,testserver"
        own = {"SECRET_KEY": self.secret, "ALLOWED_HOSTS": hosts, "REDIS_URL": ""}
        return {**own, "DATABASE_URL": "sqlite:////tmp/lobby.sqlite3", **self.services.variables(ports)}

    def launch_agent(self, fd: int, ports: tuple[int, ...], env: dict[str, str]) -> Process:
        """A sandbox with an agent that speaks on the descriptor, the services behind these ports attached."""
        launch = Launch(
            argv=("/grader/agent.py", str(fd)),
            env=env,
            mounts=(Mount(agent_file(), "/grader/agent.py"),),
            limits=Limits(wall_s=1800),
            pass_fds=(fd,),
            ports=ports,
        )
        process = self.sandbox.start(launch, submission=self.spec.submission, deps=self.spec.deps)
        self.services.attach(process)
        return process

    def _sqlite_template(self, project: Project) -> None:
        """Migrates the template file in the sandbox, or puts back the one of an earlier run on the same tree."""
        kept = self.kept(".sqlite3")
        if kept.exists():
            data = encode(kept.read_bytes())
            project.agent.ask("template", within_s=QUICK_S, data=data)
            return
        project.agent.ask("migrate", within_s=MIGRATE_S, doing="it ran its migrations")
        self._keep(kept, project.agent.ask("template", within_s=QUICK_S))

    def kept(self, suffix: str) -> Path:
        """Where this run's migrated template is kept. Its content is the learner's: only ever opened in the sandbox."""
        return self.spec.state_dir / "templates" / f"{self.spec.key}{suffix}"

    def _keep(self, path: Path, data: Any) -> None:
        if isinstance(data, bytes) and len(data) <= LARGEST_TEMPLATE:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            partial = path.with_suffix(f".{secrets.token_hex(4)}")
            partial.write_bytes(data)
            partial.rename(path)

    def _postgres_template(self, project: Project) -> None:
        """Migrates a database and seals it as the template of every check's own."""

        def migrate(name: str) -> None:
            project.agent.ask("migrate", within_s=MIGRATE_S, doing="it ran its migrations", database=name)

        self.services.template(migrate)
