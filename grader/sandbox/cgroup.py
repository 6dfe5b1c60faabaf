"""Control groups: limits on the memory and the processes of a whole sandbox, version 1 or 2, where one may be made.

Groups are made below the grader's own, so that its own limits stay in force.
"""

import contextlib
import secrets
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from grader.sandbox.api import Limits

_SETTINGS = {
    "memory": (("memory.limit_in_bytes", True), ("memory.memsw.limit_in_bytes", False)),
    "pids": (("pids.max", True),),
}


_OWN = 8  # what the sandbox itself takes: bubblewrap's watchers and first processes


@dataclass(slots=True)
class Group:
    """One sandbox's group. ``directories`` are by controller, or one under ``v2``; ``why`` says what is lacking."""

    directories: dict[str, Path] = field(default_factory=dict)
    why: tuple[str, ...] = ()

    def prefix(self) -> list[str]:
        """What to put before a command so that it joins the group before it gives up any right."""
        if not self.directories:
            return []
        join = "".join(f"echo 0 > '{path}/cgroup.procs' && " for path in self.directories.values())
        return ["/bin/sh", "-c", f'{join} exec "$@"', "sh"]

    def peak_mb(self) -> float | None:
        """The most memory it ever held, tmpfs included."""
        for controller, name in (("memory", "memory.max_usage_in_bytes"), ("v2", "memory.peak")):
            if (text := self._read(controller, name)) is not None:
                return int(text) / 2**20
        return None

    def oom_kills(self) -> int | None:
        """How many processes the kernel killed for want of memory."""
        return self._counter(("memory", "memory.oom_control"), ("v2", "memory.events"), key="oom_kill")

    def refused_forks(self) -> int | None:
        """How many processes were not started because of the limit."""
        return self._counter(("pids", "pids.events"), ("v2", "pids.events"), key="max")

    def remove(self) -> None:
        """Removes the group; its last process may take a moment to leave."""
        for path in self.directories.values():
            _remove(path)
        self.directories.clear()

    def _read(self, controller: str, name: str) -> str | None:
        if controller not in self.directories:
            return None
        try:
            return (self.directories[controller] / name).read_text()
        except OSError:
            return None

    def _counter(self, *places: tuple[str, str], key: str) -> int | None:
        for controller, name in places:
            if (text := self._read(controller, name)) is not None:
                return int(dict(line.split() for line in text.splitlines()).get(key, "0"))
        return None


def create(limits: Limits) -> Group:
    """A group with these limits, or as much of one as this machine grants."""
    name = "grader-" + secrets.token_hex(6)
    if (base := _own(v2=True)) is not None and (path := _create_v2(base / name, limits)) is not None:
        return Group({"v2": path})
    directories: dict[str, Path] = {}
    why: list[str] = []
    for controller, value in (("memory", limits.memory_mb << 20), ("pids", limits.processes + _OWN)):
        try:
            directories[controller] = _create_v1(controller, name, value)
        except OSError as error:
            why.append(f"{controller}: {error.strerror}")
    return Group(directories, tuple(why))


def probe() -> tuple[frozenset[str], tuple[str, ...]]:
    """The controllers that hold here (``memory``, ``pids``), proved by running something; and why not more."""
    group = create(Limits(memory_mb=64, processes=16))
    try:
        command = [*group.prefix(), "/bin/cat", "/proc/self/cgroup"]
        run = subprocess.run(command, capture_output=True, text=True, timeout=10)
        joined = run.returncode == 0 and all(path.name in run.stdout for path in group.directories.values())
        if not joined:
            return frozenset(), (*group.why, "a process could not join a new group")
        return frozenset({"memory", "pids"} if "v2" in group.directories else group.directories), group.why
    finally:
        group.remove()


def _create_v1(controller: str, name: str, value: int) -> Path:
    """The directory of a new group of that one controller, with its limit set and read back."""
    base = _own(controller=controller)
    if base is None:
        raise OSError(0, "there is no such control group on this machine")
    path = base / name
    path.mkdir()
    try:
        for file, required in _SETTINGS[controller]:
            with contextlib.nullcontext() if required else contextlib.suppress(OSError):
                (path / file).write_text(str(value))
        if int((path / _SETTINGS[controller][0][0]).read_text()) > value:
            raise OSError(0, "the limit was not taken")
    except OSError:
        _remove(path)
        raise
    return path


def _create_v2(path: Path, limits: Limits) -> Path | None:
    """A new group of version 2, if this process was given (delegated) the right to make one."""
    needed = {"memory", "pids"}
    try:
        if not needed <= set((path.parent / "cgroup.controllers").read_text().split()):
            return None
        if not needed <= set((path.parent / "cgroup.subtree_control").read_text().split()):
            (path.parent / "cgroup.subtree_control").write_text("+memory +pids")
        path.mkdir()
    except OSError:
        return None
    try:
        (path / "memory.max").write_text(str(limits.memory_mb << 20))
        (path / "pids.max").write_text(str(limits.processes + _OWN))
        with contextlib.suppress(OSError):
            (path / "memory.swap.max").write_text("0")
        with contextlib.suppress(OSError):
            (path / "memory.oom.group").write_text("1")
    except OSError:
        _remove(path)
        return None
    return path


def _own(*, controller: str = "", v2: bool = False) -> Path | None:
    """The directory of this process's own group in that hierarchy; ``None`` if it is not mounted."""
    wanted = "" if v2 else controller
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
        mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    except OSError:
        return None
    path = next((line.split(":", 2)[2] for line in lines if wanted in line.split(":", 2)[1].split(",")), None)
    for line in mounts:
        place, _, source = line.partition(" - ")
        kind, options = source.split()[0], source.split()[2].split(",")
        if path is not None and (kind == "cgroup2" if v2 else kind == "cgroup" and controller in options):
            root, point = place.split()[3:5]
            relative = path[len(root) :] if root != "/" and path.startswith(root) else path
            return Path(point) / relative.strip("/")
    return None


def _remove(path: Path) -> None:
    """Removes a group's directory, waiting up to two seconds for the last process to leave it."""
    for _ in range(200):
        try:
            path.rmdir()
            return
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.01)
