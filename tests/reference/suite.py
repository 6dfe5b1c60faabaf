"""The application's own tests, as whoever has the project runs them: in its folder, with the packages of its lock.

The packages become those of a virtual environment, because the suite starts programs of its own; and it lies where
everybody may look, because it starts servers as another user when it is root's.
"""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.sandbox.programs import bwrap
from tests.reference.machine import base_python

_VENV = "/srv/venv"
_MACHINE = ("--dev-bind", "/", "/", "--tmpfs", "/srv", *(("--cap-add", "ALL") if os.geteuid() == 0 else ()))
_PYTEST = ("pytest", "-q", "-p", "no:cacheprovider")
# One PostgreSQL, by the application's own means; it says where it is, and ends with its input.
_DATABASE = """
import sys, tempfile
from pathlib import Path
sys.path[:0] = [".", "src", "src/apps"]
from tests.servers.postgres import Postgres
server = Postgres(Path(tempfile.mkdtemp()))
server.start()
server.create()
print(server.url(), flush=True)
sys.stdin.read()
server.close()
"""


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests of the project in a folder, with the packages of ``site``; ``room`` is a folder for its own files."""

    project: Path
    site: Path
    room: Path

    @classmethod
    def of(cls, project: Path, site: Path, room: Path) -> "Suite":
        """A suite that can be run, with an environment made in ``room``."""
        room.chmod(0o755)  # the servers that the suite starts have a user of their own
        subprocess.run([base_python(), "-m", "venv", "--without-pip", str(room / "venv")], check=True, timeout=60)
        return cls(project, site, room)

    def run(
        self, *words: str, env: Mapping[str, str] | None = None, seconds: float = 900
    ) -> "subprocess.CompletedProcess[str]":
        """pytest with these words; both channels are in ``stdout``."""
        return self.module(*_PYTEST, *words, env=env, seconds=seconds)

    def module(
        self, *words: str, env: Mapping[str, str] | None = None, seconds: float = 300
    ) -> "subprocess.CompletedProcess[str]":
        """``python -m`` with these words, in the same way."""
        return subprocess.run(
            [*self._python(), "-m", *words],
            cwd=self.project,
            env={**self._env(), **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=seconds,
        )

    @contextmanager
    def database(self) -> Iterator[str]:
        """The address of a PostgreSQL, for DATABASE_URL."""
        with subprocess.Popen(
            [*self._python(), "-c", _DATABASE],
            cwd=self.project,
            env=self._env(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address, "PostgreSQL did not start"
            yield address
            process.stdin.close()

    def _python(self) -> list[str]:
        (packages,) = (self.room / "venv").glob("lib/python3*/site-packages")
        places = ["--bind", str(self.room / "venv"), _VENV]
        places += ["--ro-bind", str(self.site), f"{_VENV}/{packages.relative_to(self.room / 'venv')}"]
        return [bwrap().path, *_MACHINE, *places, f"{_VENV}/bin/python"]

    def _env(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.room),
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
