"""What a reading child can still do, against what the same program does without giving up its rights."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from grader.reader.confine import UID

ROOT = Path(__file__).parents[2]
PROBE = """
import encodings.idna, json, os, resource, signal, socket, sys
sys.path.append(sys.argv[1])
port, outside, scratch = int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
from grader.reader.confine import confine
if sys.argv[5] == "no filter":
    from grader.reader import confine as module
    module.allow_reading_only = lambda: None
if sys.argv[5] != "free":
    confine({"cpu_s": 5, "memory_mb": 256, "file_mb": 1}, nowhere="" if sys.argv[5] == "enter" else "/tmp")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

def read(path):
    with open(path) as file:
        return file.read(1)

def connect():
    socket.create_connection(("127.0.0.1", port), 2).close()
    return True

def fork():
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    return True

def write():
    return os.write(scratch, bytes(4 << 20)) == 4 << 20

MADE = f"/tmp/track-probe-{os.getpid()}"
TRIED = {
    "read": lambda: read(outside),
    "list": lambda: "tmp" in os.listdir("/"),
    "make": lambda: os.mkdir(MADE) or os.rmdir(MADE) or 1,
    "connect": connect,
    "fork": fork,
    "write": write,
    "memory": lambda: len(bytearray(400 << 20)),
    "root": lambda: os.getuid() == 0,
    "become root": lambda: os.setuid(0) or os.getuid() == 0,
    "signal another reader": lambda: os.kill(int(sys.argv[6]), 0) or 1,
    "limits of another reader": lambda: resource.prlimit(int(sys.argv[6]), resource.RLIMIT_CORE) and 1,
    "open a descriptor's file": lambda: read("/proc/self/status"),
    "socket": lambda: socket.socket(socket.AF_UNIX).close() or 1,
    "signal": lambda: os.kill(os.getppid(), 0) or 1,
    "raise limits": lambda: resource.setrlimit(resource.RLIMIT_NPROC, (100, 100)) or 1,
}
can = []
for name, attempt in TRIED.items():
    try:
        can += [name] if attempt() else []
    except (OSError, MemoryError, ValueError):
        pass
sys.stdout.write(json.dumps(can))
"""
# What only root can be kept from, or only where user namespaces may be made by anybody.
OF_GIT = {"list", "make", "signal another reader", "limits of another reader", "open a descriptor's file", "socket"}
AS_ROOT = {"root", "become root", "signal", "read", "list", "make", "raise limits"}


def _can(how: str, tmp_path: Path) -> set[str]:
    user = {"user": UID, "group": UID} if os.geteuid() == 0 else {}
    sleeping = subprocess.Popen(["sleep", "60"], **user)  # type: ignore[call-overload]
    with socket.create_server(("127.0.0.1", 0)) as server, (tmp_path / "scratch").open("wb") as scratch, sleeping:
        secret = tmp_path / "secret"
        secret.write_text("x")
        secret.chmod(0o600)
        done = subprocess.run(
            [
                *(sys.executable, "-I", "-S", "-B", "-c", PROBE, str(ROOT)),
                *(str(server.getsockname()[1]), str(secret), str(scratch.fileno()), how, str(sleeping.pid)),
            ],
            pass_fds=[scratch.fileno()],
            capture_output=True,
            check=True,
        )
        sleeping.kill()
    return set(json.loads(done.stdout))


def test_a_reading_process_can_do_nothing_else(tmp_path: Path) -> None:
    free, held = _can("free", tmp_path), _can("chroot", tmp_path)
    assert free >= {"read", "list", "make", "connect", "fork", "write", "memory", "signal"}
    assert held == set()


def test_without_the_filter_readers_of_one_user_reach_each_other(tmp_path: Path) -> None:
    """The control: the user, the limits and the empty root alone leave these."""
    left = {"signal another reader", "limits of another reader", "socket"}
    assert _can("no filter", tmp_path) >= left
    assert not _can("chroot", tmp_path) & left


def test_git_keeps_the_file_system_and_nothing_else(tmp_path: Path) -> None:
    assert _can("enter", tmp_path) <= OF_GIT | (set() if os.geteuid() == 0 else AS_ROOT)


@pytest.mark.parametrize("program", ["child.py", "unpack.py", "enter.py"])
def test_the_programs_are_part_of_the_package(program: str) -> None:
    assert (ROOT / "grader/reader" / program).is_file()
