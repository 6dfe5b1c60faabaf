"""Runs the checks of a module against a submission, in a pytest process of its own, and gathers the evidence."""

import hashlib
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Literal, Protocol

import msgspec

from grader.checkpoint import record, spec
from grader.domain.course import Module
from grader.domain.errors import SandboxError
from grader.domain.evidence import Artefact, Evidence
from grader.domain.progress import Progress

# A run that takes longer is ended from outside. Every check has a far shorter limit of its own.
LONGEST_RUN_S = 1800.0
# What the trusted process finds set: the basics, and how this machine reaches a package index, for a tool's first use.
_KEPT_VARIABLES = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")
_KEPT_PREFIXES = ("UV_", "PIP_", "SSL_CERT_", "REQUESTS_CA_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY")


class Site(Protocol):
    """What a run needs of the graded environment: where its packages are, and a key that names them."""

    @property
    def site(self) -> Path:
        """The folder of installed packages."""

    @property
    def key(self) -> str:
        """Names what is installed there."""

    @property
    def origin(self) -> str:
        """Whose lock was installed: ``submission`` or ``course``."""

    @property
    def problems(self) -> tuple[str, ...]:
        """Why it was not the submission's own."""


@dataclass(frozen=True, slots=True)
class CheckRun:
    """One run. ``checks`` are folders named ``public`` and ``hidden``; ``submission`` is the trusted copy's root.

    ``criteria`` restricts the run to some ids; with ``public_only``, criteria without a public check are out of scope.
    """

    module: Module
    checks: tuple[Path, ...]
    submission: Path
    environment: Site
    sandbox: Literal["auto", "bubblewrap", "process"]
    database: Literal["postgres", "sqlite"]
    mode: Literal["fork", "savepoint"]
    seed: int
    public_only: bool
    criteria: tuple[str, ...] | None
    state_dir: Path


def run_checks(run: CheckRun, *, progress: Callable[[Progress], None]) -> Evidence:
    """The evidence of one run: an observation for every case, and an errored one for each criterion left without.

    Never raises because of what the submission does; ``SandboxError`` where no sandbox can be had.
    """
    progress(Progress("Running the checks"))
    with tempfile.TemporaryDirectory(prefix="track-checks-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # the sandbox's own user passes through to the sockets below, and lists nothing
        (reading, writing), (life, ours) = os.pipe(), os.pipe()
        told = _spec(run, folder, writing, life)
        spec.write(told, folder / "run.json")
        thread = threading.Thread(target=_forward, args=(os.fdopen(reading), progress), daemon=True)
        thread.start()
        try:
            code, output = _pytest(run, told)
        finally:
            for fd in (writing, life, ours):
                os.close(fd)
        thread.join(5)
        return _evidence(run, told, code, output)


def _spec(run: CheckRun, folder: Path, progress_fd: int, life_fd: int) -> spec.RunSpec:
    ids = tuple(criterion.id for criterion in run.module.criteria)
    return spec.RunSpec(
        submission=run.submission,
        deps=run.environment.site,
        key=f"{tree_key(run.submission)}-{run.environment.key[:16]}",
        sandbox=run.sandbox,
        database=run.database,
        mode=run.mode,
        seed=run.seed,
        criteria=ids,
        selected=ids if run.criteria is None else tuple(c for c in ids if c in run.criteria),
        state_dir=run.state_dir,
        folder=folder,
        progress_fd=progress_fd,
        life_fd=life_fd,
        installed=spec.Installed(run.environment.origin, run.environment.problems),
    )


def tree_key(root: Path) -> str:
    """A short hash over names and contents of the submission: all that its migrations can depend on."""
    digest = hashlib.sha256()
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _pytest(run: CheckRun, told: spec.RunSpec) -> tuple[int, str]:
    """pytest, isolated from the submission and from what the caller's environment holds: its exit code and output."""
    root = run.checks[0].parent
    (told.folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-I", "-B", "-X", "faulthandler", "-m", "pytest", *map(str, run.checks)]
    command += ["-c", str(told.folder / "pytest.ini"), f"--rootdir={root}", f"--confcutdir={root}"]
    command += [
        "-o",
        "addopts=",
        "-p",
        "no:cacheprovider",
        "--import-mode=importlib",
        "-q",
        "--no-header",
        "--tb=short",
    ]
    command += ["-p", "pytest_jsonreport.plugin", "-p", "grader.checkpoint.plugin", "--json-report"]
    command += [f"--json-report-file={told.folder / 'report.json'}", "--json-report-omit", "log", "keywords", "streams"]
    environment = {name: value for name, value in os.environ.items() if _is_kept(name)}
    environment |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", spec.VARIABLE: str(told.folder / "run.json")}
    with (told.folder / "output").open("w+b") as output:
        process = subprocess.Popen(
            command,
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=(told.progress_fd, told.life_fd),
        )
        return _waited(process), _tail(output)


def _is_kept(name: str) -> bool:
    return name in _KEPT_VARIABLES or name.upper().startswith(_KEPT_PREFIXES)


def _waited(process: "subprocess.Popen[bytes]") -> int:
    try:
        return process.wait(LONGEST_RUN_S)
    except subprocess.TimeoutExpired:
        return -9
    finally:
        process.kill()
        process.wait()


def _tail(output: IO[bytes]) -> str:
    output.seek(0)
    return output.read()[-6000:].decode(errors="replace")


def _forward(lines: IO[str], progress: Callable[[Progress], None]) -> None:
    with lines:
        for line in lines:
            done, total, text = line.rstrip("\n").split(" ", 2)
            progress(Progress(text, int(done), int(total)))


def _evidence(run: CheckRun, told: spec.RunSpec, code: int, output: str) -> Evidence:
    sandbox = _sandbox(told.folder)
    if "error" in sandbox:
        raise SandboxError(sandbox["error"], sandbox["hint"])
    found, fault = record.observations(told.folder / "report.json", code)
    scope = tuple(c for c in told.selected if not run.module.criterion(c).manual)
    if run.public_only and not fault:
        scope = ()
    evidence = record.evidence(found, f"{fault}\n{output}" if fault else "", scope, _artefacts(told.folder))
    return replace(evidence, sandbox=sandbox.get("name", ""), isolated=sandbox.get("official") == "yes")


def _artefacts(folder: Path) -> list[Artefact]:
    path = folder / "artefacts.jsonl"
    lines = path.read_bytes().splitlines() if path.exists() else []
    return [msgspec.json.decode(line, type=Artefact) for line in lines]


def _sandbox(folder: Path) -> dict[str, str]:
    path = folder / "sandbox.json"
    return msgspec.json.decode(path.read_bytes(), type=dict[str, str]) if path.exists() else {}
