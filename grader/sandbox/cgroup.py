"""Control groups: limits on the memory, the processes and the processor time of a whole sandbox, where one may be made.

Groups are made below the grader's own, so that its own limits stay in force; of version 2 where that has the
controllers, else of version 1.
"""

import contextlib
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from grader.sandbox import groups, hierarchy
from grader.sandbox.api import Limits

REQUIRED = ("memory", "processes")
_KINDS = {"memory": "memory", "pids": "processes", "cpu": "cpu"}
_OWN = 8  # what the sandbox itself takes: bubblewrap's watchers and first processes
_PERIOD_US = 100_000


@dataclass(slots=True)
class Group:
    """One sandbox's group. ``directories`` are by controller, or one under ``v2``.

    ``held`` are the limits that the kernel keeps for all processes in it together: of ``memory``, ``processes`` and
    ``cpu``. ``why`` says what is lacking.
    """

    directories: dict[str, Path] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
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

    def computed_s(self) -> float | None:
        """Seconds of processor time that its processes have taken, those that have ended included."""
        for controller in ("cpuacct", "cpu"):
            if (text := self._read(controller, "cpuacct.usage")) is not None:
                return int(text) / 1e9
        microseconds = self._counter(("v2", "cpu.stat"), key="usage_usec")
        return None if microseconds is None else microseconds / 1e6

    def remove(self) -> None:
        """Removes the group; its last process may take a moment to leave."""
        groups.remove(*self.directories.values())
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
    groups.sweep_once()
    name = groups.new_name()
    try:
        return _create_v2(hierarchy.parent(hierarchy.own()) / name, limits)
    except (hierarchy.Refused, OSError) as error:
        newer = str(error)
    directories: dict[str, Path] = {}
    why: list[str] = []
    for controller, settings in _settings(limits).items():
        try:
            directories[controller] = _create_v1(controller, name, settings)
        except OSError as error:
            why.append(f"{controller}: {error.strerror}")
    held = frozenset(_KINDS[controller] for controller in directories)
    with contextlib.suppress(OSError):  # where it is one hierarchy with `cpu`, that directory tells as well
        directories["cpuacct"] = _create_v1("cpuacct", name, ())
    lacking = not held.issuperset(REQUIRED)
    return Group(directories, held, (*((newer,) if lacking else ()), *why))


def probe() -> tuple[frozenset[str], tuple[str, ...]]:
    """The limits that hold here (``memory``, ``processes``, ``cpu``), proved by running something; and why not more."""
    group = create(Limits(memory_mb=64, processes=16))
    try:
        command = [*group.prefix(), "/bin/cat", "/proc/self/cgroup"]
        run = subprocess.run(command, capture_output=True, text=True, timeout=10)
        joined = run.returncode == 0 and all(path.name in run.stdout for path in group.directories.values())
        if not joined:
            return frozenset(), (*group.why, "a process could not join a new group")
        return group.held, group.why
    finally:
        group.remove()


def _settings(limits: Limits) -> dict[str, tuple[tuple[str, int, bool], ...]]:
    """What is written to version 1, by controller: file, number, and whether the limit is none without it."""
    memory = limits.memory_mb << 20
    return {
        "memory": (("memory.limit_in_bytes", memory, True), ("memory.memsw.limit_in_bytes", memory, False)),
        "pids": (("pids.max", limits.processes + _OWN, True),),
        "cpu": (("cpu.cfs_quota_us", _quota(limits), True), ("cpu.cfs_period_us", _PERIOD_US, True)),
    }


def _quota(limits: Limits) -> int:
    """Microseconds of processor time in each period."""
    return int(limits.cpus * _PERIOD_US)


def _create_v1(controller: str, name: str, settings: tuple[tuple[str, int, bool], ...]) -> Path:
    """The directory of a new group of that one controller, with its limit, if it has one, set and read back."""
    base = hierarchy.own(controller)
    if base is None:
        raise OSError(0, "there is no such control group on this machine")
    path = base / name
    path.mkdir()
    try:
        for file, value, required in settings:
            with contextlib.nullcontext() if required else contextlib.suppress(OSError):
                (path / file).write_text(str(value))
        if settings and not 0 < int((path / settings[0][0]).read_text()) <= settings[0][1]:
            raise OSError(0, "the limit was not taken")
    except OSError:
        groups.remove(path)
        raise
    return path


def _create_v2(path: Path, limits: Limits) -> Group:
    """A new group of version 2, its limits set and read back; ``OSError`` if memory or processes cannot be limited."""
    path.mkdir()
    try:
        for file, value in (("memory.max", limits.memory_mb << 20), ("pids.max", limits.processes + _OWN)):
            (path / file).write_text(str(value))
            if not (path / file).read_text().strip().isdecimal():
                raise OSError(0, f"{file} was not taken")
        held = {"memory", "processes"}
        with contextlib.suppress(OSError):
            (path / "cpu.max").write_text(f"{_quota(limits)} {_PERIOD_US}")
            held.add("cpu")
        with contextlib.suppress(OSError):
            (path / "memory.swap.max").write_text("0")
    except OSError:
        groups.remove(path)
        raise
    return Group({"v2": path}, frozenset(held))
