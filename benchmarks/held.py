"""What a program and all that it started hold on to: processes, descriptors, memory, folders, control groups."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_GROUP = re.compile(r"grader-[0-9a-f-]+")
_PROC, _GROUPS = Path("/proc"), Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Held:
    """What is held on to at one moment.

    ``memory_mb`` is the resident memory of the first process, ``all_mb`` the sum over all of them, in which what they
    share counts once for each. ``temporary`` and ``kept`` are the entries of two folders, ``groups`` the control groups
    that are there and were theirs.
    """

    processes: int
    descriptors: int
    all_descriptors: int
    memory_mb: float
    all_mb: float
    temporary: int
    kept: int
    groups: int


@dataclass(slots=True)
class Family:
    """A process and all that it and its own have started, those too whose parent has ended."""

    pid: int
    _groups: set[str] = field(default_factory=set)

    def members(self) -> set[int]:
        """Those that run now: by their parents, by their session, or by a control group that was the family's."""
        facts = dict(_running())
        family = {self.pid} | {pid for pid, (_, session) in facts.items() if session == self.pid}
        while more := {pid for pid, (parent, _) in facts.items() if parent in family} - family:
            family |= more
        own = _groups_of(self.pid)
        self._groups.update(*(_groups_of(pid) - own for pid in family))
        family |= {pid for pid in facts if _groups_of(pid) & self._groups}
        return {pid for pid in family if pid in facts}

    def groups(self) -> set[str]:
        """The control groups that were seen with a member, and are still there."""
        return {path.name for path in _GROUPS.glob("**/grader-*") if path.name in self._groups}

    def held(self, temporary: Path, kept: Path) -> Held:
        """What the family holds on to now, with the entries of two folders."""
        members = self.members()
        return Held(
            processes=len(members),
            descriptors=_descriptors(self.pid),
            all_descriptors=sum(map(_descriptors, members)),
            memory_mb=_resident_mb(self.pid),
            all_mb=sum(map(_resident_mb, members)),
            temporary=len(list(temporary.iterdir())),
            kept=len(list(kept.iterdir())),
            groups=len(self.groups()),
        )


def _running() -> Iterator[tuple[int, tuple[int, int]]]:
    """Number, parent and session of every process that has not ended."""
    for stat in _PROC.glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            yield int(stat.parent.name), (int(fields[1]), int(fields[3]))


def _groups_of(pid: int) -> set[str]:
    try:
        return set(_GROUP.findall((_PROC / str(pid) / "cgroup").read_text()))
    except OSError:
        return set()


def _descriptors(pid: int) -> int:
    try:
        return len(list((_PROC / str(pid) / "fd").iterdir()))
    except OSError:
        return 0


def _resident_mb(pid: int) -> float:
    try:
        found = re.search(r"VmRSS:\s+(\d+)", (_PROC / str(pid) / "status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0
