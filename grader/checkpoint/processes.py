"""The trusted pytest processes of a run: started isolated, waited for, ended together."""

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from grader.checkpoint import spec

# A run that takes longer is ended from outside. Every check has a far shorter limit of its own.
LONGEST_RUN_S = 1800.0
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
    """One process: the folders of checks it collects, and what it is told."""

    checks: tuple[Path, ...]
    told: spec.RunSpec


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its exit code, -9 if it had to be killed, and the last that it wrote."""

    code: int
    output: str


def run(lanes: list[Lane]) -> list[Ended]:
    """Runs the lanes at once, and returns when all have ended. Whatever happens, none is left behind."""
    started: list[subprocess.Popen[bytes]] = []
    deadline = time.monotonic() + LONGEST_RUN_S
    try:
        for lane in lanes:
            started.append(_start(lane))
        codes = [_waited(process, deadline) for process in started]
    finally:
        for process in started:
            process.kill()
            process.wait()
    return [Ended(code, _tail(lane.told.folder / "output")) for lane, code in zip(lanes, codes, strict=True)]


def command(lane: Lane) -> list[str]:
    """pytest, isolated from the submission: a configuration of its own, and no plugin but the grader's."""
    root, folder = lane.checks[0].parent, lane.told.folder
    # What is compiled on the way is kept, and not beside the checks: a course may be somebody's clean checkout.
    words = [sys.executable, "-I", "-X", "faulthandler", "-X", f"pycache_prefix={lane.told.state_dir / 'bytecode'}"]
    words += ["-m", "pytest", *map(str, lane.checks)]
    words += ["-c", str(folder / "pytest.ini"), f"--rootdir={root}", f"--confcutdir={root}", "-o", "addopts="]
    words += ["-p", "no:cacheprovider", "--import-mode=importlib", "-q", "--no-header", "--tb=short"]
    words += ["--capture=no", *(word for name in _UNUSED for word in ("-p", f"no:{name}"))]
    words += ["-p", "pytest_jsonreport.plugin", "-p", "grader.checkpoint.plugin", "--json-report"]
    return [*words, f"--json-report-file={folder / 'report.json'}", "--json-report-omit", "log", "keywords", "streams"]


def _start(lane: Lane) -> "subprocess.Popen[bytes]":
    folder = lane.told.folder
    (folder / "pytest.ini").write_text("[pytest]\n")
    spec.write(lane.told, folder / "run.json")
    environment = {name: value for name, value in os.environ.items() if _is_kept(name)}
    environment |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", spec.VARIABLE: str(folder / "run.json")}
    with (folder / "output").open("wb") as output:
        return subprocess.Popen(
            command(lane),
            cwd=lane.checks[0].parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=(lane.told.progress_fd, lane.told.life_fd),
        )


def _is_kept(name: str) -> bool:
    return name in _KEPT_VARIABLES or name.upper().startswith(_KEPT_PREFIXES)


def _waited(process: "subprocess.Popen[bytes]", deadline: float) -> int:
    """Its exit code. Waiting with a timeout would look every 50 ms only, at the end of every run."""
    timer = threading.Timer(max(0.0, deadline - time.monotonic()), process.kill)
    timer.daemon = True
    timer.start()
    try:
        return process.wait()
    finally:
        timer.cancel()


def _tail(output: Path) -> str:
    return output.read_bytes()[-_OUTPUT_BYTES:].decode(errors="replace")
