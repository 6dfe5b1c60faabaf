"""What one check leaves in its sandbox and the next one finds there: nothing, unless the sweep is left out."""

import json
import os
import socket
import statistics
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.sandbox import sweep
from grader.sandbox.api import FIRST_FD, Process
from grader.sandbox.tree import Changed, Tree

from .conftest import Start

# Loads something, as a project does, then gives each piece of code a child of its own.
PARENT = """
import ctypes, json, os, socket, sys
control = socket.socket(fileno={fd}).makefile("rw")
os.makedirs("/tmp/loaded/deep")
open("/tmp/loaded/deep/kept", "w").write("as it was")
os.symlink("kept", "/tmp/loaded/deep/link")
print(file=control, flush=True)
for line in control:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        os.close(reader)
        said = []
        try:
            exec(json.loads(line), {{"say": lambda word: said.append(str(word))}})
        except OSError as error:
            said.append(type(error).__name__)
        os.write(writer, " ".join(said).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    os.set_blocking(reader, False)
    try:
        said = os.read(reader, 65536).decode()
    except BlockingIOError:
        said = ""
    os.close(reader)
    control.write(json.dumps(said) + "\\n")
    control.flush()
"""
Check = Callable[[str], str]


class Inside:
    """A sandbox with that parent in it."""

    def __init__(self, process: Process, control: socket.socket) -> None:
        self.process, self._lines = process, control.makefile("rw")
        self._lines.readline()

    def check(self, code: str, *, swept: bool = True) -> str:
        """What a check's code says; swept afterwards."""
        self.process.remember()
        self._lines.write(json.dumps(textwrap.dedent(code)) + "\n")
        self._lines.flush()
        said = str(json.loads(self._lines.readline()))
        if swept:
            assert self.process.restore()
        return said


@pytest.fixture
def inside(start: Start) -> Iterator[Inside]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Inside(start(PARENT.format(fd=FIRST_FD), pass_fds=(theirs.fileno(),)), ours)


# Processes that run something: one that has ended and that nobody has asked after yet is none. The first thread of a
# process may have ended while others go on.
HOW_MANY = """
import os
count = 0
for name in filter(str.isdigit, os.listdir("/proc")):
    try:
        state, *facts = open(f"/proc/{name}/stat").read().rpartition(")")[2].split()
    except OSError:
        continue
    count += state != "Z" or int(facts[16]) > 1
say(count)
"""

# What a check does, how a later one looks for it, what that one says where the sweep was, and where it was not.
LEFT_BEHIND = {
    "a daemon with a session of its own": (
        """
        import os, time
        child = os.fork()
        if child == 0:
            os.setsid()
            os.fork() and os._exit(0)
            time.sleep(60)
        os.waitpid(child, 0)  # so that the one between them is no longer counted
        """,
        HOW_MANY,
        ("3", "4"),
    ),
    "threads of a process whose first one has ended": (
        """
        import ctypes, os, threading, time
        if os.fork() == 0:
            os.setsid()
            threading.Thread(target=time.sleep, args=(60,)).start()
            ctypes.CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[os.uname().machine], 0)
        time.sleep(0.3)
        """,
        HOW_MANY,
        ("3", "4"),
    ),
    "an abstract socket": (
        """
        import os, socket, time
        listener = socket.socket(socket.AF_UNIX)
        listener.bind("\\0note")
        listener.listen()
        if os.fork() == 0:
            time.sleep(60)
        """,
        "import socket; socket.socket(socket.AF_UNIX).connect('\\0note'); say('there')",
        ("ConnectionRefusedError", "there"),
    ),
    "a port": (
        """
        import os, socket, time
        listener = socket.create_server(("127.0.0.1", 7777))
        if os.fork() == 0:
            time.sleep(60)
        """,
        "import socket; socket.create_connection(('127.0.0.1', 7777)); say('there')",
        ("ConnectionRefusedError", "there"),
    ),
    "one who watches a folder": (
        """
        import ctypes, os
        libc = ctypes.CDLL(None)
        watch = libc.inotify_init()
        libc.inotify_add_watch(watch, b"/tmp", 0x100)
        open("/tmp/ready", "w").close()
        if os.fork() == 0:
            os.read(watch, 64)
            os.read(watch, 64)
            open("/tmp/seen", "w").close()
        """,
        """
        import os, time
        open("/tmp/question", "w").close()
        ends = time.monotonic() + 4
        while not os.path.exists("/tmp/seen") and time.monotonic() < ends:
            time.sleep(0.02)
        say(os.path.exists("/tmp/seen"))
        """,
        ("False", "True"),
    ),
    "a file": ("open('/tmp/note', 'w').write('x')", "say(open('/tmp/note').read())", ("FileNotFoundError", "x")),
    "a file in shared memory": (
        "open('/dev/shm/note', 'w').write('x')",
        "say(open('/dev/shm/note').read())",
        ("FileNotFoundError", "x"),
    ),
    "a tree with a link out of it": (
        "import os; os.makedirs('/tmp/a/b'); os.symlink('/submission', '/tmp/a/b/c'); os.chmod('/tmp/a', 0o700)",
        "import os; say(os.listdir('/tmp'))",
        ("['loaded']", "['a', 'loaded']"),
    ),
    "a file beside those that were there": (
        "open('/tmp/loaded/deep/note', 'w').close()",
        "import os; say(sorted(os.listdir('/tmp/loaded/deep')))",
        ("['kept', 'link']", "['kept', 'link', 'note']"),
    ),
    "other content": (
        "open('/tmp/loaded/deep/kept', 'w').write('changed by one')",
        "say(open('/tmp/loaded/deep/kept').read())",
        ("as it was", "changed by one"),
    ),
    "other content, by a mapping": (
        """
        import mmap, os
        file = os.open("/tmp/loaded/deep/kept", os.O_RDWR)
        mmap.mmap(file, 9)[:2] = b"AS"
        os.utime("/tmp/loaded/deep/kept", ns=(0, 0))
        """,
        "say(open('/tmp/loaded/deep/kept').read())",
        ("as it was", "AS it was"),
    ),
    "a mode": (
        "import os; os.chmod('/tmp/loaded', 0o711)",
        "import os; say(oct(os.stat('/tmp/loaded').st_mode)[-3:])",
        ("755", "711"),
    ),
    "a time": (
        "import os; os.utime('/tmp', ns=(0, 12345)); os.utime('/dev/shm', ns=(0, 12345))",
        "import os; say(os.stat('/tmp').st_mtime_ns, ) or say(os.stat('/dev/shm').st_mtime_ns)",
        (None, "12345 12345"),
    ),
    "memory of System V": (
        "import ctypes; ctypes.CDLL(None).shmget(77, 4096, 0o1666)",
        "import ctypes; say(ctypes.CDLL(None).shmget(77, 4096, 0o600))",
        ("-1", None),  # its control is in test_seccomp: the filter holds with or without a sweep
    ),
}


@pytest.mark.parametrize("name", LEFT_BEHIND)
def test_nothing_of_one_check_is_in_the_next(name: str, inside: Inside) -> None:
    leaves, looks, (swept, _) = LEFT_BEHIND[name]
    inside.check(leaves)
    said = inside.check(looks)
    if swept is None:
        assert "12345" not in said
    else:
        assert said == swept


@pytest.mark.parametrize("name", [name for name, (_, _, said) in LEFT_BEHIND.items() if said[1] is not None])
def test_without_the_sweep_it_is(name: str, inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control."""
    leaves, looks, (_, left) = LEFT_BEHIND[name]
    monkeypatch.setattr(sweep.Sweep, "_end_strays", lambda self: None)
    inside.check(leaves, swept=False)
    assert inside.check(looks, swept=False).replace("['loaded', 'a']", "['a', 'loaded']") == left


def test_a_child_that_nobody_waited_for_is_no_process_to_end(start: Start) -> None:
    """It has ended already, and no signal takes it away: the sandbox is put back all the same, and at once."""
    forgotten = "import os\nif os.fork() == 0:\n    os._exit(0)\n"
    ours, theirs = socket.socketpair()
    with ours, theirs:
        program = forgotten + PARENT.format(fd=FIRST_FD)
        inside = Inside(start(program, pass_fds=(theirs.fileno(),)), ours)
        began = time.monotonic()
        inside.check("")
        assert inside.check("import os; say(len([p for p in os.listdir('/proc') if p.isdigit()]))") == "4"
    assert time.monotonic() - began < sweep._WITHIN_S


def test_whoever_forks_faster_than_it_is_killed(inside: Inside) -> None:
    """Processes that only hop from one number to the next."""
    code = """
        import os, signal
        for s in (1, 2, 3, 15, 17):
            signal.signal(s, signal.SIG_IGN)
        for i in range(8):
            if os.fork() == 0:
                while True:
                    os.fork() and os._exit(0)
        """
    inside.check(code)
    assert inside.check("import os; say(len([p for p in os.listdir('/proc') if p.isdigit()]))") == "3"


@pytest.mark.parametrize(
    "code",
    [
        "for n in range(2500): open(f'/tmp/{n}', 'w').close()",
        "import os; os.unlink('/tmp/loaded/deep/kept'); open('/tmp/loaded/deep/kept', 'w').write('as it was')",
        "import os; os.rename('/tmp/loaded', '/tmp/moved'); os.mkdir('/tmp/loaded')",
        "import os; os.link('/tmp/loaded/deep/kept', '/tmp/loaded/again')",
        "import os\nfor n in range(1500): os.mkdir('d'); os.chdir('d')".replace("for", "os.chdir('/tmp')\nfor"),
    ],
    ids=["more than is to be counted", "another file of that name", "a folder replaced", "a second name", "deep"],
)
def test_what_cannot_be_put_back_is_said(code: str, inside: Inside) -> None:
    """Whoever asked then ends the sandbox, so it is not kept by taking long."""
    inside.check(code, swept=False)
    begun = time.monotonic()
    sound = inside.process.restore()
    assert not sound or inside.check("import os; say(os.listdir('/tmp/loaded'))") == "['deep']"
    assert sound == ("os.link" in code)
    assert time.monotonic() - begun < 3


def test_nothing_outside_is_touched_by_links(tmp_path: Path) -> None:
    """A name that becomes a link between two looks leads nowhere."""
    outside, place = tmp_path / "outside", tmp_path / "place"
    outside.mkdir()
    (outside / "precious").write_text("as it was")
    (place / "folder").mkdir(parents=True)
    (place / "folder" / "precious").write_text("other")
    directory = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    tree = Tree.of(directory)
    (place / "folder").rename(tmp_path / "away")
    (place / "folder").symlink_to(outside)
    with pytest.raises(Changed):
        tree.restore(directory)
    (place / "folder").unlink()
    (place / "folder").symlink_to(outside)
    Tree(tree.status).restore(directory)
    os.close(directory)
    assert (outside / "precious").read_text() == "as it was"
    assert list(place.iterdir()) == []


def test_a_sandbox_that_has_ended_cannot_be_put_back(start: Start) -> None:
    process = start("pass")
    process.wait(10)
    process.remember()
    assert not process.restore()


def test_it_takes_a_moment_where_nothing_is_left(inside: Inside) -> None:
    inside.check("pass")
    spent = []
    for _ in range(40):
        begun = time.perf_counter()
        inside.process.remember()
        assert inside.process.restore()
        spent.append(time.perf_counter() - begun)
    assert statistics.median(spent) < 0.002
