"""Finds the versions for requirements that nobody locked: by pip's resolver, in a sandbox that sees an index's wheels.

What it decides is kept for a day, so that a project that is measured again is measured with the same packages.
"""

import hashlib
import os
import re
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
from packaging.utils import canonicalize_name

from grader import ending
from grader.domain.errors import EnvironmentError_
from grader.environment.choose import platform_facts
from grader.environment.faults import NotInstallable
from grader.environment.index import indexes
from grader.environment.install import installed
from grader.environment.locked import Lock
from grader.environment.window import Window, opened
from grader.sandbox.api import Kind, Launch, Limits, Mount
from grader.sandbox.select import open_sandbox

MOST_PACKAGES = 300
_PIP = Path(__file__).with_name("resolver.txt")
_PORT = 8100
_WALL_S = 240.0
_LIMITS = Limits(memory_mb=1024, processes=32, tmp_mb=512, file_mb=128, wall_s=_WALL_S, cpu_s=120)
_REPORT = 16 << 20
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_VERSION = re.compile(r"[A-Za-z0-9.!+_-]{1,64}")
# What a line for the resolver may be, whoever made it up: a name, extras and versions; no option, path or address.
_LINE = re.compile(
    r"(?!.* -)[A-Za-z0-9][A-Za-z0-9._-]{0,99}(?:\[[A-Za-z0-9._, -]{0,200}\])?"
    r"(?: ?[<>=!~][<>=!~ ,A-Za-z0-9.*+_-]{0,300})?"
)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_BEGIN = b"\n====report====\n"
# pip alone, from its own folder: no configuration, no cache, no package of a submission. Its report comes last.
_RUN = f"""import runpy, sys, tempfile
report = tempfile.mkdtemp() + "/report.json"
sys.argv = ["pip", *sys.argv[1:], "--report", report]
code = 0
try:
    runpy.run_module("pip", run_name="__main__", alter_sys=True)
except SystemExit as end:
    code = int(end.code or 0)
if code == 0:
    sys.stdout.flush()
    sys.stdout.buffer.write({_BEGIN!r} + open(report, "rb").read())
    sys.stdout.flush()
sys.exit(code)
"""


class Resolved(msgspec.Struct, frozen=True):
    """What was decided, and on which day (UTC, ISO 8601)."""

    requirements: str
    packages: dict[str, str]
    on: str

    @property
    def lock(self) -> Lock:
        """As if somebody had locked it."""
        return Lock(self.requirements, self.packages, ())


def resolved(
    lines: tuple[str, ...],
    constraints: tuple[str, ...],
    *,
    cache: Path,
    kind: Kind,
    progress: Callable[[str], None],
) -> Resolved:
    """The packages for these requirements, which are lines that packaging wrote, today.

    Raises:
        NotInstallable: no versions that have wheels fit together.
        Unreachable: an index does not answer.
        EnvironmentError_: the resolver does not run to an end. SandboxError: no such sandbox starts here.
    """
    if not all(map(_LINE.fullmatch, (*lines, *constraints))):
        raise NotInstallable("a requirement is none")
    today = datetime.now(UTC).date()
    facts = ("\n".join(lines), "\n".join(constraints), *platform_facts(), _PIP.read_text("ascii"))
    place = cache / "resolved" / hashlib.sha256("\0".join(facts).encode()).hexdigest()
    if found := _kept(place, today):
        return found
    progress("Finding versions for packages that are not locked")
    where = indexes(os.environ, Path.home())
    found = _read(_asked(lines, constraints, where, cache, kind, progress), today)
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = place.with_suffix(f".{os.getpid()}")
        partial.write_bytes(msgspec.json.encode(found))
        partial.rename(place)
    return found


def _kept(place: Path, today: date) -> Resolved | None:
    with suppress(OSError, msgspec.DecodeError):
        found = msgspec.json.decode(place.read_bytes(), type=Resolved)
        return found if found.on == today.isoformat() else None
    return None


def _asked(
    lines: tuple[str, ...],
    constraints: tuple[str, ...],
    where: tuple[str, ...],
    cache: Path,
    kind: Kind,
    progress: Callable[[str], None],
) -> bytes:
    """pip's report."""
    try:
        pip = installed(_PIP.read_text("ascii"), cache=cache, what="pip", progress=progress, kind=kind)
    except NotInstallable as refused:  # it is ours, and no fault of the project
        raise EnvironmentError_(f"pip cannot be installed: {refused}.", "Check the package index.") from None
    window = Window(where)
    with ExitStack() as stack:
        stack.callback(pip.release)
        room = stack.enter_context(ending.room(".resolve-", within=cache))
        room.chmod(0o711)
        sandbox = open_sandbox(kind, state_dir=cache)
        stack.callback(sandbox.close)
        tool = sandbox.for_service("tool")
        stack.callback(tool.close)
        words = _arguments(tool.reserve((_PORT,))[_PORT], with_constraints=bool(constraints))
        mounts = [_file(room / "wanted.txt", lines), _file(room / "constraints.txt", constraints)]
        launch = Launch(
            ("-c", _RUN, *words),
            mounts=tuple(mounts),
            limits=_LIMITS,
            ports=(_PORT,),
            sources=(),
            cwd="/tmp",
            output_limit=_REPORT,
        )
        process = tool.start(launch, submission=None, deps=pip.site)
        stack.callback(process.kill)
        with opened(window, process.listeners[_PORT]):
            status = _ended(process.wait)
        if window.failure is not None:
            raise window.failure
        return _report(status, process.output())


def _arguments(port: int, *, with_constraints: bool) -> list[str]:
    """pip's: wheels only, so that nothing is built, and nothing is installed."""
    return [
        *("install", "--dry-run", "--ignore-installed", "--only-binary", ":all:", "--quiet", "--no-input"),
        *("--isolated", "--no-cache-dir", "--disable-pip-version-check", "--retries", "0", "--timeout", "60"),
        *("--index-url", f"http://127.0.0.1:{port}/simple/", "--target", "/tmp/none"),
        *("-r", "/tools/wanted.txt"),
        *(("-c", "/tools/constraints.txt") if with_constraints else ()),
    ]


def _file(path: Path, lines: tuple[str, ...]) -> Mount:
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    path.chmod(0o644)
    return Mount(path, f"/tools/{path.name}")


def _ended(wait: Callable[[float], int]) -> int:
    try:
        return wait(_WALL_S + 10)
    except TimeoutError:
        raise EnvironmentError_("pip's resolver did not end.", "Run the same command again.") from None


def _report(status: int, output: bytes) -> bytes:
    """What stands after the mark; ``NotInstallable`` with pip's last words where it found no answer."""
    if status == 0 and _BEGIN in output:
        return output.rpartition(_BEGIN)[2]
    errors = [line for line in output.decode(errors="replace").splitlines() if line.startswith("ERROR: ")]
    if status == 1 and errors:
        telling = next((line for line in errors if "Cannot install" in line), errors[-1])[len("ERROR: ") :]
        said = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in telling)
        raise NotInstallable(f"pip's resolver says: {said[:200].rstrip('. ')}")
    if status >= 128:
        raise NotInstallable("finding versions that fit together takes more time or memory than any project may")
    raise EnvironmentError_(f"pip's resolver ended with status {status}.", "Run the same command again.")


def _read(report: bytes, today: date) -> Resolved:
    """The requirements that a report stands for: it comes from a sandbox, and no word of it is believed unchecked."""
    try:
        entries = msgspec.json.decode(report, type=dict[str, Any])["install"]
        found = sorted(_line(entry) for entry in entries)
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError, ValueError):
        raise NotInstallable("what pip's resolver reports cannot be read") from None
    if len(found) > MOST_PACKAGES:
        raise NotInstallable(f"the project needs {len(found)} packages, more than {MOST_PACKAGES}")
    text = "".join(f"{name}=={version} --hash=sha256:{digest}\n" for name, version, digest in found)
    return Resolved(text, {name: version for name, version, _ in found}, today.isoformat())


def _line(entry: Any) -> tuple[str, str, str]:
    name, version = entry["metadata"]["name"], entry["metadata"]["version"]
    digest = entry["download_info"]["archive_info"]["hashes"]["sha256"]
    if not (_NAME.fullmatch(name) and _VERSION.fullmatch(version) and _DIGEST.fullmatch(digest)):
        raise ValueError(name)
    return canonicalize_name(name), version, digest
