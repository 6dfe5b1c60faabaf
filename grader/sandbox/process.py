"""The sandbox that is none: for a learner's own code on the learner's own machine. Its results are never official."""

import os
import socket
import sys
import tempfile
import weakref
from collections.abc import Mapping
from pathlib import Path
from shutil import copytree

from grader.domain.errors import SandboxError
from grader.sandbox import handout
from grader.sandbox.api import Launch, Role, Sandbox
from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.cgroup import Group
from grader.sandbox.rundir import RunDir
from grader.sandbox.running import Running

_LAUNCHER = Path(__file__).with_name("launcher.py")


class Process:
    """Keeps ``api.Sandbox`` without isolating: same launcher, same limits on each process, same import path.

    The fixed places (/submission, /deps, /grader and the targets of mounts) are replaced by the real ones where an
    argument or a variable is or begins with one. Ports are free ones of the loopback, given out by ``reserve``.
    """

    name = "process"
    official = False

    def __init__(self) -> None:
        self.uid = os.geteuid()
        self._rundir = RunDir()
        self.directory = self._rundir.path
        self._running: weakref.WeakSet[Running] = weakref.WeakSet()
        self._reserved: dict[int, int] = {}

    def reserve(self, ports: tuple[int, ...]) -> Mapping[int, int]:
        """A free port of this machine's loopback for each; the same until a launch has taken it."""
        for port in ports:
            self._reserved.setdefault(port, _free_port())
        return {port: self._reserved[port] for port in ports}

    def start(self, launch: Launch, *, submission: Path | None, deps: Path | None) -> Running:
        """See ``api.Sandbox``."""
        ports = dict(self.reserve(launch.ports))
        for port in launch.ports:
            self._reserved.pop(port, None)
        home = Path(tempfile.mkdtemp(prefix="run-", dir=self.directory))
        places = _places(launch, submission, deps, home)
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.sendall(_order(launch, places, home, ports))
            running = Running(
                [_python(), "-I", "-S", "-B", str(_LAUNCHER), str(theirs.fileno())],
                pass_fds=[*launch.pass_fds, theirs.fileno()],
                env=_environment(launch, places, home),
                wall_s=launch.limits.wall_s,
                output_limit=launch.output_limit,
                group=Group(),
                ports=ports,
                own_group=True,
            )
            theirs.close()
            self._running.add(running)
            try:
                if ports:
                    running.listeners.update(handout.receive(ours, ports))
            except BaseException:
                running.kill()
                raise
            return running

    def for_service(self, name: Role) -> Sandbox:
        """See ``api.Sandbox``. Root takes bubblewrap even here: PostgreSQL refuses to run as root."""
        return Process() if self.uid or name == "tool" else Bubblewrap(service=name)

    def missing_limits(self) -> tuple[str, ...]:
        """See ``api.Sandbox``."""
        return ("The sandbox that is none limits no more than each process by itself.",)

    def close(self) -> None:
        """See ``api.Sandbox``."""
        for running in list(self._running):
            running.kill()
        self._rundir.close()


def _places(launch: Launch, submission: Path | None, deps: Path | None, home: Path) -> dict[str, str]:
    """Where on this machine each fixed place is; the submission's copy is made if one was asked for."""
    places = {mount.target: str(mount.source) for mount in launch.mounts}
    places["/grader"] = str(_LAUNCHER.parent)
    if deps is not None:
        places["/deps"] = str(deps.resolve())
    if submission is not None and launch.copy_submission:
        copytree(submission, home / "submission", symlinks=True)
        places["/submission"] = str(home / "submission")
    elif submission is not None:
        places["/submission"] = str(submission.resolve())
    return places


def _order(launch: Launch, places: Mapping[str, str], home: Path, ports: Mapping[int, int]) -> bytes:
    path = [
        _placed(entry, places)
        for entry in handout.import_path(launch)
        if entry.split("/")[1] in {p.strip("/") for p in places}
    ]
    argv = [_placed(argument, places) for argument in launch.argv]
    cwd = str(home) if launch.cwd == "/tmp" else _placed(launch.cwd, places)  # that of the machine is everybody's
    return handout.order(
        launch, argv=argv, path=path, cwd=cwd if Path(cwd).is_dir() else "/", copy=(), ports=list(ports.values())
    )


def _environment(launch: Launch, places: Mapping[str, str], home: Path) -> dict[str, str]:
    own = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "TMPDIR": str(home), "LANG": "C.UTF-8"}
    return own | {name: _placed(value, places) for name, value in launch.env.items()}


def _placed(text: str, places: Mapping[str, str]) -> str:
    """``text`` with the fixed place that it is or begins with replaced, the longest first."""
    for target in sorted(places, key=len, reverse=True):
        if text == target or text.startswith(target + "/"):
            return places[target] + text[len(target) :]
    return text


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _python() -> str:
    """The Python below this process's virtual environment, whose packages the submission must not see."""
    program = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    if not program.exists():
        raise SandboxError(f"{program} is missing.", "Install Python again, or make a new virtual environment.")
    return str(program)
