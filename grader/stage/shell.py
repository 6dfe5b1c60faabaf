"""A machine of the submission's own that runs scripts: its Python, PostgreSQL's programs, curl, and hosts by name."""

import json
import re
import socket
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from grader.agent.scan import REPLY, BadReply, load
from grader.domain.errors import EnvironmentError_, SandboxError
from grader.sandbox import runtime
from grader.sandbox.api import FIRST_FD, Launch, Limits, Mount, Process
from grader.sandbox.handout import import_path
from grader.sandbox.services import binaries
from grader.stage.outcome import Failed, Late
from grader.stage.stage import Stage

_RUNNER = Path(__file__).with_name("script_runner.py")
_BIN = "/grader/bin"
_USR_BIN = Path("/usr/bin")
_LONGEST = 1 << 20  # of an answer, whose every character may be an escape
# Modules of the project's packages that are programs by these names where it is installed.
_MODULES = {"celery": "celery", "gunicorn": "gunicorn", "django-admin": "django"}
# What `sh` sets by itself is exported by nobody.
_OF_THE_SHELL = {"PWD", "OLDPWD", "SHLVL", "_"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Ran:
    """How a script ended: its exit code, the end of what it wrote, and the variables that it made or changed."""

    code: int
    out: str
    exported: Mapping[str, str]


class Shell:
    """Runs scripts by `sh -e` in the root of the project, in one sandbox: what one leaves is there for the next one.

    ``hosts`` gives the names of addresses of the loopback; ``ports``, ``mounts`` and ``pass_fds`` are those of a
    ``Launch``. It ends with ``stack``. ``SandboxError`` where the sandbox has no names and no /tmp of its own, and
    ``EnvironmentError_`` where this machine has no curl.
    """

    def __init__(
        self,
        stage: Stage,
        stack: ExitStack,
        *,
        hosts: Mapping[str, str],
        limits: Limits,
        ports: tuple[int, ...] = (),
        mounts: tuple[Mount, ...] = (),
        pass_fds: tuple[int, ...] = (),
    ) -> None:
        if not stage.sandbox.official:
            raise SandboxError(
                "Runbooks name machines such as `web:8000`, which the sandbox that is none cannot have.",
                "Take `--sandbox bubblewrap`.",
            )
        if not (_USR_BIN / "curl").exists():
            raise EnvironmentError_("/usr/bin/curl was not found, which runbooks ask with.", "Install curl.")
        wheel = binaries.postgres()
        folder = Path(stack.enter_context(TemporaryDirectory(dir=stage.spec.folder, prefix="shell-")))
        self.path = f"{_BIN}:{wheel.bin}:/usr/bin:/bin"
        self._control, theirs = socket.socketpair()
        stack.callback(self._control.close)
        with theirs:
            launch = Launch(
                ("-c", _RUNNER.read_text("utf-8"), str(FIRST_FD)),
                mounts=(*_programs(folder, stage), *_hosts(folder, hosts), *wheel.mounts, *mounts),
                limits=limits,
                pass_fds=(theirs.fileno(), *pass_fds),
                ports=ports,
                sources=stage.spec.layout.sources,
            )
            self.process: Process = stage.sandbox.start(launch, submission=stage.spec.submission, deps=stage.spec.deps)
        stack.callback(stage.services.kill, self.process)

    def run(self, script: str, env: Mapping[str, str], *, within_s: float, fds: tuple[int, ...] = ()) -> Ran:
        """Runs it with these variables, and ``PATH``, ``HOME`` and ``LANG``; of what was passed in it has ``fds``.

        ``Late`` if it has not ended by then, ``Failed`` if it ended the machine: nothing more is run after either.
        """
        given = {"PATH": self.path, "HOME": "/tmp", "LANG": "C.UTF-8", **env}
        asked = json.dumps({"script": script, "env": given, "fds": fds}).encode() + b"\n"
        try:
            self._control.settimeout(within_s)
            self._control.sendall(asked)
            found = load(self._line(time.monotonic() + within_s), REPLY)
            code, out, exported = found["code"], found["out"], _changed(found["exported"], given)
        except TimeoutError:
            raise Late(f"a script that ends within {within_s:g} s", "it still runs") from None
        except (OSError, BadReply, KeyError, TypeError, AttributeError):
            raise Failed("a script that leaves its machine running", "the machine answers no more") from None
        if type(code) is not int or not isinstance(out, str):
            raise Failed("a script that leaves its machine running", "an answer that cannot be read")
        return Ran(code, out, exported)

    def _line(self, ends: float) -> bytes:
        """The next line of the other side."""
        said = bytearray()
        while not said.endswith(b"\n"):
            self._control.settimeout(max(0.001, ends - time.monotonic()))
            more = self._control.recv(1 << 16)
            if not more or len(said) > _LONGEST:
                raise OSError("it says no line")
            said += more
        return bytes(said)


def _changed(exported: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """The variables that are not as they were given; texts only, by names that a shell can have."""
    texts = {name: value for name, value in exported.items() if isinstance(value, str) and _NAME.fullmatch(name)}
    return {name: it for name, it in texts.items() if name not in _OF_THE_SHELL and given.get(name) != it}


def _programs(folder: Path, stage: Stage) -> tuple[Mount, ...]:
    """The base system's, and those of the project's environment by the names that they have where it is installed."""
    python, sources = runtime.current(), Launch((), sources=stage.spec.layout.sources)
    where = f"LD_LIBRARY_PATH={python.prefix}/lib PYTHONPATH={':'.join(import_path(sources))}"
    begin = f"{where} PYTHONDONTWRITEBYTECODE=1 exec {python.python} -S"
    commands = dict.fromkeys(("python", "python3"), begin) | {
        name: f"{begin} -m {module}" for name, module in _MODULES.items()
    }
    bin_ = folder / "bin"
    bin_.mkdir()
    for name, command in commands.items():
        (bin_ / name).write_text(f'#!/bin/sh\n{command} "$@"\n')
        (bin_ / name).chmod(0o755)
    bin_.chmod(0o755)
    more = () if Path("/bin").is_symlink() else (Mount(_USR_BIN, str(_USR_BIN)),)
    return (*runtime.shell(), *more, Mount(bin_, _BIN))


def _hosts(folder: Path, hosts: Mapping[str, str]) -> tuple[Mount, ...]:
    """Addresses by name, instead of those that every sandbox knows."""
    file = folder / "hosts"
    named = {"127.0.0.1": "", "::1": "", **hosts}
    own = {"127.0.0.1": "localhost sandbox", "::1": "localhost"}
    file.write_text("".join(f"{address} {own.get(address, '')} {names}\n" for address, names in named.items()))
    file.chmod(0o644)
    return (Mount(file, "/etc/hosts"),)
