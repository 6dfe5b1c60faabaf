"""Where in the kernel's control groups this process is, and where below it new groups can be made.

Version 2 hands controllers to the children of a group only while no process lives in the group itself. Whoever was
given a group of its own therefore moves into a leaf of it first, and makes its groups beside that leaf.
"""

import contextlib
import os
from pathlib import Path

LEAF = "grader.main"
_NEEDED = frozenset(("memory", "pids"))
_WANTED = ("memory", "pids", "cpu")
_ROUNDS = 50


class Refused(Exception):
    """Why no group can be made, in words that follow "limits do not hold: "."""


def own(controller: str = "", *, proc: Path = Path("/proc")) -> Path | None:
    """This process's own group: in the version 1 hierarchy of ``controller``, or in version 2 without one.

    ``None`` if that hierarchy is not mounted.
    """
    try:
        lines = (proc / "self/cgroup").read_text().splitlines()
        mounts = (proc / "self/mountinfo").read_text().splitlines()
    except OSError:
        return None
    path = next((line.split(":", 2)[2] for line in lines if controller in line.split(":", 2)[1].split(",")), None)
    for line in mounts:
        place, _, source = line.partition(" - ")
        kind, options = source.split()[0], source.split()[2].split(",")
        if path is not None and (kind == "cgroup" and controller in options if controller else kind == "cgroup2"):
            root, point = place.split()[3:5]
            relative = path[len(root) :] if root != "/" and path.startswith(root) else path
            return Path(point) / relative.strip("/")
    return None


def parent(group: Path | None, *, proc: Path = Path("/proc")) -> Path:
    """The directory of version 2 below which groups with limits can be made, given this process's own ``group``.

    Moves this process and those of its family into a leaf if that has to be first. ``Refused`` if it cannot be had.
    """
    if group is None:
        raise Refused("control groups of version 2 are not mounted")
    base = group.parent if group.name == LEAF else group
    try:
        if missing := _NEEDED - _words(base / "cgroup.controllers"):
            raise Refused(f"{' and '.join(sorted(missing))} not handed to {base}")
        if not _words(base / "cgroup.subtree_control") >= _NEEDED:
            _enable(base, proc)
    except OSError as error:
        raise Refused(f"{base}: {error.strerror}") from error
    return base


def _enable(base: Path, proc: Path) -> None:
    """Hands the controllers to the children of ``base``, which no process may be in unless it is the very root."""
    is_root = not (base / "cgroup.type").exists()
    for left in reversed(range(_ROUNDS)):  # a process may be started in it meanwhile
        if not is_root:
            _move(base, proc)
        try:
            (base / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in sorted(_NEEDED)))
            break
        except OSError:
            if not left:
                raise
    for name in set(_WANTED) - _NEEDED:
        with contextlib.suppress(OSError):
            (base / "cgroup.subtree_control").write_text(f"+{name}")


def _move(base: Path, proc: Path) -> None:
    """Moves every process of ``base`` into the leaf; ``Refused`` if one of them is none of this process's family."""
    members = [int(line) for line in (base / "cgroup.procs").read_text().split()]
    strangers = sorted(set(members) - _family(set(members), proc))
    if strangers:
        raise Refused(f"other processes live in {base}, {strangers[0]} for one, so that it cannot be divided")
    leaf = base / LEAF
    leaf.mkdir(exist_ok=True)
    for member in members:
        with contextlib.suppress(ProcessLookupError):
            (leaf / "cgroup.procs").write_text(str(member))


def _family(members: set[int], proc: Path) -> set[int]:
    """Of these processes, the topmost one that this one descends from, and all that descend from it."""
    above = {pid: _parent(pid, proc) for pid in members}
    top = os.getpid()
    while above.get(top) in members:
        top = above[top]
    found, before = {top}, 0
    while len(found) > before:
        before = len(found)
        found |= {pid for pid in members if above[pid] in found}
    return found


def _parent(pid: int, proc: Path) -> int:
    """The parent of a process; 0 for one that has gone."""
    try:
        return int((proc / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return 0


def _words(path: Path) -> set[str]:
    return set(path.read_text().split())
