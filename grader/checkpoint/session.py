"""What one run starts, each thing when the first check needs it: the sandbox, the services, the project's agents."""

import os
import secrets
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import msgspec

from grader.agent import agent_file
from grader.agent.wire import encode
from grader.checkpoint.case import Case
from grader.checkpoint.project import MIGRATE_S, QUICK_S, Project
from grader.checkpoint.services import Services
from grader.checkpoint.spec import RunSpec
from grader.domain.errors import SandboxError
from grader.sandbox.api import Launch, Limits, Mount, Process
from grader.sandbox.select import open_sandbox

LARGEST_TEMPLATE = 700_000
SQLITE = "django.db.backends.sqlite3"
POSTGRES = "django.db.backends.postgresql"


class Session:
    """One run: everything in it ends with ``close``."""

    def __init__(self, spec: RunSpec) -> None:
        self.spec = spec
        self.stack = ExitStack()
        self._projects: dict[str, Project] = {}
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
        """The project on ``sqlite`` or ``postgres``, its models loaded; or ``bare``, which loads when it is told."""
        if kind not in self._projects:
            self._projects[kind] = self._project(kind)
        return self._projects[kind]

    def database_for(self, case: Case) -> str:
        """The name of a database of this check's own, made from the migrated template."""
        return "template"

    def _project(self, kind: str) -> Project:
        ports = {"bare": (), "sqlite": (), "postgres": (5432,)}[kind]
        setup = None if kind == "bare" else {"settings": self.spec.settings, "database": self._database(kind)}
        prepare = self._postgres_template if kind == "postgres" else self._sqlite_template
        return Project(lambda fd: self.launch_agent(fd, ports), setup, prepare)

    def _database(self, kind: str) -> dict[str, Any]:
        if kind == "sqlite":
            return {"ENGINE": SQLITE, "NAME": "/nonexistent/none.sqlite3"}
        return {"ENGINE": POSTGRES, **self.services.django(self.sandbox.reserve((5432,))[5432])}

    def launch_agent(self, fd: int, ports: tuple[int, ...]) -> Process:
        """A sandbox with an agent that speaks on the descriptor, the services behind these ports attached."""
        launch = Launch(
            argv=("/grader/agent.py", str(fd)),
            env=self.environment(),
            mounts=(Mount(agent_file(), "/grader/agent.py"),),
            limits=Limits(wall_s=1800),
            pass_fds=(fd,),
            ports=ports,
        )
        process = self.sandbox.start(launch, submission=self.spec.submission, deps=self.spec.deps)
        self.services.attach(process)
        return process

    def environment(self) -> dict[str, str]:
        """The variables that the project finds set when its checks run."""
        hosts = "localhost,127.0.0.1,testserver"
        return {
            "SECRET_KEY": self.secret,
            "ALLOWED_HOSTS": hosts,
            "REDIS_URL": "",
            "DATABASE_URL": "sqlite:////tmp/db.sqlite3",
        }

    def _sqlite_template(self, project: Project) -> None:
        """Migrates the template file in the sandbox, or puts back the one of an earlier run on the same tree."""
        assert project.client is not None
        kept = self.kept(".sqlite3")
        if kept.exists():
            data = encode(kept.read_bytes())
            project.client.ask("template", within_s=QUICK_S, data=data)
            return
        project.client.ask("migrate", within_s=MIGRATE_S, doing="it ran its migrations")
        self._keep(kept, project.client.ask("template", within_s=QUICK_S))

    def kept(self, suffix: str) -> Path:
        """Where this run's migrated template is kept. Its content is the learner's: only ever opened in the sandbox."""
        return self.spec.state_dir / "templates" / f"{self.spec.key}{suffix}"

    def _keep(self, path: Path, data: Any) -> None:
        if isinstance(data, bytes) and len(data) <= LARGEST_TEMPLATE:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(f".{secrets.token_hex(4)}")
            partial.write_bytes(data)
            partial.rename(path)

    def _postgres_template(self, project: Project) -> None:
        """Migrates a database and seals it as the template of every check's own."""
        assert project.client is not None
        self.services.template(lambda name: self._migrate(project, name))

    def _migrate(self, project: Project, name: str) -> None:
        assert project.client is not None
        project.client.ask("migrate", within_s=MIGRATE_S, doing="it ran its migrations", database=name)
