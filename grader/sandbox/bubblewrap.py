"""The sandbox for official results: bubblewrap, with namespaces, a system call filter, limits and no network.

Started as root, two bubblewraps are nested. The outer one, as root, gathers all that is to be seen in an otherwise
empty root of its own; so sources may lie below directories that only root may enter, and nothing is copied or opened up
to other users. Then every right is given up for good, and the inner one isolates as that unprivileged user: root
inside a user namespace that maps to the real root would be exempt from the limit on processes. Started by anybody
else, the inner one does it alone.
"""

import os
import socket
import weakref
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Self

from grader.domain.errors import SandboxError
from grader.sandbox import cgroup, handout, programs, runtime, seccomp, users
from grader.sandbox.api import Launch, Mount, Role
from grader.sandbox.rundir import RunDir
from grader.sandbox.running import Running

LAUNCHER = Path(__file__).with_name("launcher.py")
_SHM_MB = 64
_WHOLE_PROC = "/proc-of-all"
_PIPE_HOLDS = 1 << 16
Links = Sequence[tuple[str, str]]
_ENV = {"HOME": "/tmp", "LANG": "C.UTF-8"}


class Bubblewrap:
    """Keeps ``api.Sandbox``. ``uid`` is the unprivileged user that root gives way to, and nobody else's meanwhile."""

    name = "bubblewrap"
    official = True

    def __init__(
        self, *, service: str | None = None, missing: dict[str, None] | None = None, given: users.Users | None = None
    ) -> None:
        self._own = users.take() if os.geteuid() == 0 and given is None else None
        self._users = given or self._own
        self.uid = self._users.uid(service or "submission") if self._users else os.geteuid()
        self._bwrap, self._setpriv = programs.bwrap(), programs.setpriv() if os.geteuid() == 0 else ""
        self._what, self._missing = service or "the submission", {} if missing is None else missing
        self._lasting_ipc = service == "postgres"
        self._rundir = RunDir()
        self.directory = self._rundir.path
        self._etc = runtime.write_etc(self.directory / "etc")
        self._runtime = runtime.current()
        self._running: weakref.WeakSet[Running] = weakref.WeakSet()

    def reserve(self, ports: tuple[int, ...]) -> Mapping[int, int]:
        """Every port is its own: the sandbox has a network of its own."""
        return {port: port for port in ports}

    def start(self, launch: Launch, *, submission: Path | None, deps: Path | None) -> Running:
        """See ``api.Sandbox``."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            copy = ("/source", "/submission") if launch.copy_submission else ()
            ports = self.reserve(launch.ports)
            cwd = "/tmp" if submission is None and launch.cwd == "/submission" else launch.cwd
            ours.sendall(
                handout.order(
                    launch, argv=launch.argv, path=handout.import_path(launch), cwd=cwd, copy=copy, ports=launch.ports
                )
            )
            command = (self._runtime.python, "-I", "-S", "-B", "/grader/launcher.py", str(theirs.fileno()))
            mounts = [Mount(LAUNCHER, "/grader/launcher.py"), *launch.mounts]
            mounts += _learner_mounts(submission, deps, copied=launch.copy_submission)
            running = self._spawn(command, launch, mounts, theirs.fileno())
            theirs.close()
            try:
                if ports:
                    running.listeners.update(handout.receive(ours, ports))
            except SandboxError as error:
                running.kill()
                output = running.output().decode(errors="replace").strip()[-400:]
                raise SandboxError(f"{error.message} {output}".strip(), error.hint) from error
            except BaseException:
                running.kill()
                raise
            return running

    def for_service(self, name: Role) -> "Bubblewrap":
        """See ``api.Sandbox``."""
        return Bubblewrap(service=name, missing=self._missing, given=self._users)

    def missing_limits(self) -> tuple[str, ...]:
        """See ``api.Sandbox``."""
        return tuple(self._missing)

    def close(self) -> None:
        """See ``api.Sandbox``."""
        for running in list(self._running):
            running.kill()
        self._rundir.close()
        if self._own is not None:
            self._own.release()

    def _spawn(self, command: Sequence[str], launch: Launch, mounts: Sequence[Mount], control: int) -> Running:
        """Starts bubblewrap around the command; its arguments and the filter go through pipes, not the command line."""
        binds = [Mount(self._etc, "/etc"), *(Mount(*bind) for bind in self._runtime.binds), *mounts]
        with _Pipes() as pipes:
            outer, bwrap = list[str](), self._bwrap.staged if os.geteuid() == 0 else self._bwrap.path
            if os.geteuid() == 0:
                staged = pipes.give(_joined(_staging([*binds, *self._bwrap.mounts])))
                outer = [self._bwrap.path, "--args", str(staged), "--", self._setpriv, *_as_user(self.uid)]
                binds = [Mount(Path(mount.target), mount.target, mount.writable) for mount in binds]
            inner = _isolating(binds, self._runtime, launch, pipes.give(seccomp.program(lasting_ipc=self._lasting_ipc)))
            inner_fd = pipes.give(_joined(inner))
            group = cgroup.create(launch.limits)
            self._note(group)
            running = Running(
                [*group.prefix(), *outer, bwrap, "--args", str(inner_fd), "--", *command],
                pass_fds=[*launch.pass_fds, control, *pipes.fds],
                env={"PATH": os.defpath},
                wall_s=launch.limits.wall_s,
                output_limit=launch.output_limit,
                group=group,
            )
        self._running.add(running)
        return running

    def _note(self, group: cgroup.Group) -> None:
        """Remembers which limits did not hold, for as long as anybody may call a result official."""
        why = f" ({'; '.join(group.why)})" if group.why else ""
        for kind in cgroup.REQUIRED:
            if kind not in group.held:
                self._missing[f"Not limited as a whole: the {kind} of {self._what}{why}."] = None


class _Pipes:
    """Short texts for a child to read, each from a pipe of its own. Closed at the end of the ``with``."""

    def __init__(self) -> None:
        self.fds: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for fd in self.fds:
            os.close(fd)

    def give(self, data: bytes) -> int:
        """The descriptor that reads ``data``; ``SandboxError`` if it is more than a pipe holds."""
        reader, writer = os.pipe()
        self.fds.append(reader)
        with os.fdopen(writer, "wb") as out:
            if len(data) > _PIPE_HOLDS:
                raise SandboxError(
                    f"{len(data)} bytes of sandbox arguments are too many.", "Use fewer or shorter mounts."
                )
            out.write(data)
        return reader


def _staging(binds: Sequence[Mount]) -> list[str]:
    """Arguments of the outer bubblewrap: the sources where they are to be seen, and the programs that go on."""
    system = runtime.system(whole=True)
    arguments = ["--unshare-pid", "--die-with-parent", "--cap-drop", "ALL"]
    arguments += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    # The inner one looks its child up in /proc, by the numbers of here; the kernel lets it mount one of its own only
    # where a whole one can be seen, and bubblewrap covers parts of those that it mounts.
    arguments += ["--proc", "/proc", "--bind", "/proc", _WHOLE_PROC, "--dev", "/dev", "--dir", "/tmp"]
    arguments += _bound([Mount(*bind) for bind in system.binds], system.links)
    return arguments + _bound([mount for mount in binds if not _within_system(mount)], ())


def _within_system(mount: Mount) -> bool:
    """Whether the outer sandbox has it already, with the rest of the host's system."""
    return str(mount.source) == mount.target and mount.target.startswith(("/usr", "/lib", "/bin", "/sbin"))


def _as_user(uid: int) -> list[str]:
    """Arguments of setpriv that give up every right of root, groups and bounding set included."""
    gone = [f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--no-new-privs"]
    return [*gone, "--pdeathsig", "KILL", "--"]


def _isolating(binds: Sequence[Mount], python: runtime.Runtime, launch: Launch, filter_fd: int) -> list[str]:
    """Arguments of the inner bubblewrap: everything that keeps the learner's code from the host."""
    tmp = str(launch.limits.tmp_mb << 20)
    who = str(runtime.INSIDE_UID)
    arguments = ["--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    arguments += ["--unshare-cgroup-try", "--disable-userns", "--uid", who, "--gid", who, "--hostname", "sandbox"]
    arguments += ["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]
    own = {"PATH": f"{python.prefix}/bin:/usr/bin:/bin", "LD_LIBRARY_PATH": f"{python.prefix}/lib"}
    for name, value in {**_ENV, **own, **launch.env}.items():
        arguments += ["--setenv", name, value]
    arguments += ["--proc", "/proc", "--dev", "/dev", "--size", tmp, "--tmpfs", "/tmp"]
    if launch.copy_submission:
        arguments += ["--size", tmp, "--tmpfs", "/submission"]
    arguments += _bound(binds, python.links)
    arguments += ["--remount-ro", "/", "--size", str(_SHM_MB << 20), "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
    return [*arguments, "--chdir", "/", "--seccomp", str(filter_fd)]


def _bound(binds: Iterable[Mount], links: Links) -> list[str]:
    """Binds and links, with the directories above made by name: bubblewrap makes them for their owner only."""
    arguments: list[str] = []
    bound: list[PurePath] = []
    for mount in binds:
        target = PurePath(mount.target)
        for parent in reversed(target.parents[:-1]):
            if not any(parent.is_relative_to(place) for place in bound):
                arguments += ["--dir", str(parent)]
        bound.append(target)
        arguments += ["--bind" if mount.writable else "--ro-bind", str(mount.source), mount.target]
    for points_to, path in links:
        arguments += ["--symlink", points_to, path]
    return arguments


def _learner_mounts(submission: Path | None, deps: Path | None, *, copied: bool) -> list[Mount]:
    places = ((submission, "/source" if copied else "/submission"), (deps, "/deps"))
    mounts = [Mount(source.resolve(), target) for source, target in places if source is not None]
    for mount in mounts:
        _check_open(mount.source)
    return mounts


def _check_open(path: Path) -> None:
    """``SandboxError`` if the unprivileged user inside could not enter that directory."""
    if os.geteuid() == 0 and path.stat().st_mode & 0o005 != 0o005:
        raise SandboxError(
            f"{path} is closed to the sandbox, which does not run as root.", f"Open it: `chmod -R a+rX {path}`."
        )


def _joined(arguments: Iterable[str]) -> bytes:
    return b"".join(os.fsencode(argument) + b"\0" for argument in arguments)
