"""What this machine has for isolating submissions, found out by trying, and how to get what it lacks."""

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass

from grader.domain.errors import GraderError
from grader.sandbox import cgroup, programs, seccomp, temporary
from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.select import trial
from grader.sandbox.services import binaries


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that grading wants. ``required`` is true if no official result is to be had without it."""

    name: str
    ok: bool
    required: bool
    detail: str
    hint: str = ""


def probe() -> tuple[Finding, ...]:
    """Everything that matters, in the order in which to mend it."""
    found = [_linux(), _tried("temporary files", temporary.refuse_closed)]
    found.append(_tried("bubblewrap", lambda: programs.bwrap().origin))
    if os.geteuid() == 0:
        found.append(_tried("setpriv", programs.setpriv))
    found.append(_tried("system call filter", lambda: f"{len(seccomp.program()) // 8} instructions"))
    found.append(_tried("sandbox", _sandbox))
    found += [_limits(), _tried("PostgreSQL", lambda: binaries.postgres().described())]
    found.append(_tried("Redis", lambda: binaries.redis().described()))
    return tuple(found)


def _linux() -> Finding:
    system = platform.system()
    hint = "Grade officially on Linux, or in a Linux virtual machine; here `--sandbox process` serves for practice."
    return Finding("Linux", system == "Linux", True, f"{system} {platform.release()}", hint)


def _tried(name: str, attempt: Callable[[], str]) -> Finding:
    """What came of trying something that is required."""
    try:
        return Finding(name, True, True, attempt())
    except GraderError as error:
        return Finding(name, False, True, error.message, error.hint)
    except OSError as error:
        return Finding(name, False, True, str(error), f"Check the permissions of {error.filename or 'the file'}.")


def _sandbox() -> str:
    sandbox = Bubblewrap()
    try:
        trial(sandbox)
    finally:
        sandbox.close()
    return f"isolates, as user {sandbox.uid}"


def _limits() -> Finding:
    """Control groups: without them memory is limited for each process only, and no result is official."""
    held, why = cgroup.probe()
    hint = (
        "Without them results are marked as not official. Grade as root, or in a scope of your own: "
        "`systemd-run --user --scope -p Delegate=yes make grade`."
    )
    detail = " and ".join(sorted(held)) if held else "only for each process"
    if why:
        detail += f" ({'; '.join(why)})"
    return Finding("limits on the whole sandbox", held.issuperset(cgroup.REQUIRED), True, detail, hint)
