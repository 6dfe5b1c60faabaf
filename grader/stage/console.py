"""Where somebody follows a runbook beside a deployment: a machine with its variables, which knows it by name."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from grader.sandbox.api import Limits
from grader.sandbox.http import proxy_line
from grader.sandbox.server import ApplicationServer
from grader.stage import registry
from grader.stage.outcome import Failed
from grader.stage.registry import REGISTRY
from grader.stage.shell import Ran, Shell
from grader.stage.stage import Stage

WEB_PORT = 8000
_HOSTS = {"127.0.0.1": "web db-primary"}
_LIMITS = Limits(wall_s=600.0, file_mb=64)


# By these a program is another one before it is bounded; the machine's own are another machine's.
_OTHER_PROGRAMS = ("LD_", "GLIBC_", "GCONV_", "MALLOC_", "PYTHON")
_OF_THE_MACHINE = {"PATH", "HOME", "LANG", "PGPASSWORD", "PGDATA"}
_MOST_BYTES = 16 << 10


def handed_over(exported: Mapping[str, str]) -> dict[str, str]:
    """The exported variables that the application is started again with; ``Failed`` if they are more than 16 KiB."""
    found = {
        name: value
        for name, value in exported.items()
        if name not in _OF_THE_MACHINE and not name.startswith(_OTHER_PROGRAMS)
    }
    if sum(len(name.encode()) + len(value.encode()) for name, value in found.items()) > _MOST_BYTES:
        raise Failed(f"exported variables of at most {_MOST_BYTES >> 10} KiB in all", "more")
    return found


class Console:
    """A shell with the variables ``env`` of a deployment; its server is at `web:8000`, by plain HTTP."""

    def __init__(
        self,
        stage: Stage,
        stack: ExitStack,
        server: ApplicationServer,
        env: Mapping[str, str],
        more: Mapping[int, Path],
    ) -> None:
        self.env, self._services = dict(env), stage.services
        self._shell = Shell(stage, stack, hosts=_HOSTS, limits=_LIMITS, ports=(*registry.ports(), *more, WEB_PORT))
        process = self._shell.process
        for service in REGISTRY:
            stage.services.attach(process, service)
        for port, socket in more.items():
            stage.services.connect(process, port, socket)
        self.serve(server)

    def serve(self, server: ApplicationServer) -> None:
        """From now on this server is at `web:8000`."""
        self._services.connect(self._shell.process, WEB_PORT, server.socket, prelude=proxy_line())

    def run(self, script: str, exported: Mapping[str, str], *, within_s: float) -> Ran:
        """A script with the deployment's variables, and those that scripts before it have exported."""
        return self._shell.run(script, {**self.env, **exported}, within_s=within_s)
