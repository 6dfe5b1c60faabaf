"""The trusted pytest processes of a run: started isolated, waited for, ended together."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader.checkpoint.run.watch import Watch
from grader.checkpoint.spec import VARIABLE, RunSpec, write

# Processes that may end before their time; beyond that, what is left has no better prospects.
MOST_SUCCESSORS = 3
_LOOK_MS, _LISTEN_MS = 1000, 150
_OUTPUT_BYTES = 6000
# Plugins of pytest's own that look after tests of another kind, and cost every check a little.
_UNUSED = (
    "logging",
    "warnings",
    "unraisableexception",
    "threadexception",
    "doctest",
    "pastebin",
    "stepwise",
    "recwarn",
)
# What a trusted process finds set: the basics, and how this machine reaches a package index, for a tool's first use.
_KEPT_VARIABLES = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")
_KEPT_PREFIXES = ("UV_", "PIP_", "SSL_CERT_", "REQUESTS_CA_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY")


@dataclass(frozen=True, slots=True)
class Lane:
    """One process: the folders of checks it collects, and its specification."""

    checks: tuple[Path, ...]
    spec: RunSpec


@dataclass(frozen=True, slots=True)
class Ended:
    """How a lane's process ended: its exit code, -9 if it was killed; if we did, why; the last that it wrote."""

    lane: Lane
    code: int
    output: str
    why: str = ""


class GivenUp(Exception):
    """Nobody wants to know any more what comes of a run."""


def run(
    lanes: list[Lane],
    watch: Watch,
    longest_s: float,
    begun: "Mapping[int, subprocess.Popen[bytes]] | None" = None,
    gives_up: Callable[[], bool] | None = None,
) -> list[Ended]:
    """Runs the lanes at once, and returns how each process ended when all have. Whatever happens, none is left behind.

    A process that is at one thing for too long is killed, and another takes the lane's place for the checks that are
    left; at most ``MOST_SUCCESSORS`` in a run. After ``longest_s`` all are killed. ``begun`` are processes of lanes
    that have been started; what ``gives_up`` says is asked now and then, and ends all by ``GivenUp``.
    """
    living: dict[int, _Living] = {}
    ended: list[Ended] = []
    deadline = time.monotonic() + longest_s
    try:
        for lane in lanes:
            _add(living, lane, watch, (begun or {}).get(lane.spec.lane))
        while living:
            if gives_up is not None and gives_up():
                raise GivenUp
            for pidfd in _gone(living, _LOOK_MS if gives_up is None else _LISTEN_MS):
                ended.append(_collect(living, pidfd))
                if ended[-1].code < 0 and time.monotonic() < deadline and len(ended) <= MOST_SUCCESSORS:
                    _add(living, _successor(ended[-1].lane, len(ended)), watch)
            for each in living.values():
                late = f"The run took more than {longest_s:.0f} s." if time.monotonic() > deadline else ""
                each.end_if(late or watch.overdue(each.lane.spec.lane, each.process.pid))
    finally:
        for each in living.values():
            each.process.kill()
        for pidfd in list(living):
            _collect(living, pidfd)
    return ended


@dataclass(slots=True)
class _Living:
    lane: Lane
    process: "subprocess.Popen[bytes]"
    why: str = ""

    def end_if(self, why: str) -> None:
        """Kills the process if there is a reason to."""
        if why and not self.why:
            self.why = why
            self.process.kill()


def _add(
    living: dict[int, _Living], lane: Lane, watch: Watch, process: "subprocess.Popen[bytes] | None" = None
) -> None:
    watch.begin(lane.spec.lane)
    process = process or start(lane)
    living[os.pidfd_open(process.pid)] = _Living(lane, process)


def end(process: "subprocess.Popen[bytes]") -> None:
    """Ends a process and all that it has started."""
    process.kill()
    _reap(process)


def _gone(living: dict[int, _Living], within_ms: int) -> list[int]:
    """The descriptors of those that have ended, at once when one does; none if none does in time."""
    poller = select.poll()
    for pidfd in living:
        poller.register(pidfd, select.POLLIN)
    return [pidfd for pidfd, _ in poller.poll(within_ms)]


def _collect(living: dict[int, _Living], pidfd: int) -> Ended:
    each = living.pop(pidfd)
    os.close(pidfd)
    code = _reap(each.process)
    return Ended(each.lane, code, _tail(each.lane.spec.folder / "output"), each.why)


def _reap(process: "subprocess.Popen[bytes]") -> int:
    code = process.wait()
    from grader.sandbox import groups, rundir  # a grading starts without the sandbox's own modules

    rundir.sweep_of(process.pid)
    groups.sweep_of(process.pid)
    return code


def _successor(lane: Lane, number: int) -> Lane:
    """The same lane in a folder of its own."""
    folder = lane.spec.folder.with_name(f"{lane.spec.lane}-{number}")
    folder.mkdir(mode=0o711)
    return replace(lane, spec=replace(lane.spec, folder=folder))


def command(lane: Lane) -> list[str]:
    """pytest, isolated from the submission: a configuration of its own, and no plugin but the grader's."""
    root, folder = lane.checks[0].parent, lane.spec.folder
    # What is compiled on the way is kept, and not beside the checks: a course may be somebody's clean checkout.
    words = [sys.executable, "-I", "-X", "faulthandler", "-X", f"pycache_prefix={lane.spec.state_dir / 'bytecode'}"]
    words += ["-m", "pytest", *map(str, lane.checks)]
    words += ["-c", str(folder / "pytest.ini"), f"--rootdir={root}", f"--confcutdir={root}", "-o", "addopts="]
    words += ["-p", "no:cacheprovider", "--import-mode=importlib", "-q", "--no-header", "--tb=native"]
    words += ["--capture=no", *(word for name in _UNUSED for word in ("-p", f"no:{name}"))]
    words += ["-p", "pytest_jsonreport.plugin", "-p", "grader.checkpoint.run.plugin", "--json-report"]
    return [*words, f"--json-report-file={folder / 'report.json'}", "--json-report-omit", "log", "keywords", "streams"]


def start(lane: Lane) -> "subprocess.Popen[bytes]":
    """The process of a lane, started."""
    folder = lane.spec.folder
    (folder / "pytest.ini").write_text("[pytest]\n")
    write(lane.spec, folder / "run.json")
    environment = {name: value for name, value in os.environ.items() if _is_kept(name)}
    environment |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", VARIABLE: str(folder / "run.json")}
    held = lane.spec.held_fd
    with (folder / "output").open("wb") as output:
        return subprocess.Popen(
            command(lane),
            cwd=lane.checks[0].parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=(lane.spec.progress_fd, lane.spec.life_fd, *([held] if held is not None else ())),
        )


def _is_kept(name: str) -> bool:
    return name in _KEPT_VARIABLES or name.upper().startswith(_KEPT_PREFIXES)


def _tail(output: Path) -> str:
    return output.read_bytes()[-_OUTPUT_BYTES:].decode(errors="replace")
