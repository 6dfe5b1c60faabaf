"""What a submission sees and may do inside: every attack here got through something once."""

import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from grader.domain.errors import SandboxError
from grader.sandbox.api import Launch, Limits, Mount
from grader.sandbox.bubblewrap import Bubblewrap

from .conftest import Start, descriptors

Inside = Callable[..., str]
CANARY = "canary-5f2c"


@pytest.fixture
def canary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A secret of the grader's: in a file that all may read, in its environment, and behind an open descriptor."""
    monkeypatch.setenv("GRADER_SECRET", CANARY)
    path = Path("/tmp") / f"{CANARY}-{os.getpid()}"
    path.write_text(CANARY)
    path.chmod(0o644)
    descriptor = os.open(path, os.O_RDONLY)
    os.set_inheritable(descriptor, True)
    yield path
    os.close(descriptor)
    path.unlink()


def test_honest_code_runs(inside: Inside) -> None:
    assert inside("import os, sys; print('hello', os.getcwd(), sys.version_info[:2])").strip() == (
        f"hello /submission {sys.version_info[:2]}"
    )


def test_the_standard_library_cannot_be_shadowed(inside: Inside) -> None:
    assert "/lib/python" in inside("import json; print(json.__file__)")


def test_arguments_reach_a_file_of_the_submission(sandbox: Bubblewrap, submission: Path) -> None:
    process = sandbox.start(Launch(("manage.py", "check")), submission=submission, deps=None)
    assert (process.wait(10), process.output()) == (0, b"['manage.py', 'check']\n")


def test_nothing_of_the_host_is_to_be_read(canary: Path, inside: Inside) -> None:
    said = inside(f"""
        import os
        found = []
        for top, folders, files in os.walk("/"):
            if top.startswith(("/sys", "/usr", "/rt")):
                folders[:] = []
            found += [os.path.join(top, name) for name in files if "canary" in name]
            for name in files if top.startswith("/proc") else ():
                if name in ("environ", "cmdline", "mountinfo"):
                    try:
                        with open(os.path.join(top, name)) as f:
                            if "{CANARY[:6]}" + "{CANARY[6:]}" in f.read() and name != "cmdline":
                                found.append(os.path.join(top, name))
                    except OSError:
                        pass
        print(found, os.path.exists("/root"), os.path.exists("/home"), os.listdir("/tmp"), os.listdir("/etc"))
    """)
    assert said.strip() == "[] False False [] ['passwd', 'group', 'hosts', 'nsswitch.conf']" or (
        said.startswith("[] False False [] [") and len(said.split(",")) == 4
    )


def test_only_its_own_descriptors_are_open(canary: Path, inside: Inside) -> None:
    assert inside("import os; print(sorted(os.listdir('/proc/self/fd'))[:-1])").strip() == "['0', '1', '2']"


def test_its_environment_is_what_was_said(canary: Path, inside: Inside) -> None:
    said = inside("import os; print(sorted(os.environ)); print(open('/proc/1/environ').read())", env={"A": "b"})
    assert said.splitlines()[0] == "['A', 'HOME', 'LANG', 'LD_LIBRARY_PATH', 'PATH', 'PWD']"
    assert CANARY not in said


def test_it_sees_only_its_own_processes(inside: Inside) -> None:
    assert inside("import os; print([p for p in os.listdir('/proc') if p.isdigit()])").strip() == "['1', '2']"


def test_it_is_nobody_in_particular(inside: Inside) -> None:
    said = inside("""
        import os
        status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines())
        print(os.getresuid(), os.getgroups(), *(status[k].strip() for k in ("CapEff", "CapBnd", "NoNewPrivs")))
    """)
    assert said.split() == ["(1000,", "1000,", "1000)", "[]", "0" * 16, "0" * 16, "1"]


REFUSED = {
    "network": "socket.create_connection(('1.1.1.1', 53), 2)",
    "names": "socket.getaddrinfo('example.org', 80)",
    "host loopback": "socket.create_connection(('127.0.0.1', HOST_PORT), 2)",
    "abstract socket": "socket.socket(socket.AF_UNIX).connect('\\0HOST_ABSTRACT')",
    "raw socket": "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "vsock": "socket.socket(socket.AF_VSOCK)",
    "write submission": "open('/submission/new', 'w')",
    "write launcher": "open('/grader/launcher.py', 'a')",
    "write root": "open('/new', 'w')",
    "write dev": "open('/dev/new', 'w')",
    "setuid": "os.setuid(0)",
    "chown": "os.chown('/tmp', 0, 0)",
    "mknod": "os.mknod('/tmp/disk', 0o600 | 0o060000, os.makedev(8, 0))",
    "unshare user": "call(libc.unshare(0x10000000))",
    "unshare mount": "call(libc.unshare(0x00020000))",
    "mount": "call(libc.mount(b'none', b'/tmp', b'tmpfs', 0, 0))",
    "ptrace pid 1": "call(libc.ptrace(16, 1, 0, 0))",
    "ptrace me": "call(libc.ptrace(0, 0, 0, 0))",
    "chroot": "os.chroot('/tmp')",
    "io_uring": "call(libc.syscall(425, 8, ctypes.create_string_buffer(256)))",
    "bpf": "call(libc.syscall(321, 0, ctypes.create_string_buffer(128), 128))",
    "userfaultfd": "call(libc.syscall(323, 0))",
    "keyctl": "call(libc.syscall(250, 0, -3, 1))",
    "clone user": "call(libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0))",
    "setns": "call(libc.setns(os.open('/proc/1/ns/net', os.O_RDONLY), 0))",
    "memory of pid 1": "open('/proc/1/mem', 'rb').read(1)",
    "sysctl": "open('/proc/sys/kernel/core_pattern', 'w').write('x')",
    "cgroup": "open('/sys/fs/cgroup/cgroup.procs').read()",
    "raise limit": "resource.setrlimit(resource.RLIMIT_NPROC, (4096, 4096))",
    "raise nice": "os.nice(-5)",
}


def test_all_that_is_refused(inside: Inside) -> None:
    """Each attempt by itself; one that succeeds is named."""
    name = f"abstract-{os.getpid()}"
    with socket.create_server(("127.0.0.1", 0)) as host, socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind("\0" + name)
        abstract.listen()
        attempts = repr(REFUSED).replace("HOST_PORT", str(host.getsockname()[1])).replace("HOST_ABSTRACT", name)
        said = inside(f"""
            import ctypes, os, resource, socket
            libc = ctypes.CDLL(None, use_errno=True)
            socket.setdefaulttimeout(2)
            def call(result):
                if result < 0:
                    raise OSError(ctypes.get_errno(), "")
                os._exit(0) if result == 0 and os.getppid() == 2 else None
            for name, attempt in {attempts}.items():
                try:
                    eval(attempt)
                except (OSError, ValueError):
                    continue
                print(name, "got through", flush=True)
            print("done")
        """)
    assert said == "done\n"


def test_kill_all_reaches_nothing_outside(start: Start) -> None:
    process = start("import os; os.kill(-1, 9)")
    neighbour = start("import time; time.sleep(30)")
    process.wait(10)
    assert neighbour.poll() is None


def test_a_copy_may_be_written(inside: Inside) -> None:
    said = inside("open('/submission/new', 'w').write('x'); import os; print(os.listdir('.'))", copy_submission=True)
    assert "new" in said
    assert "manage.py" in said


ASKED = """
import os, resource, socket
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
open_ones = len(os.listdir("/proc/self/fd")) - 1
for fd in (3, 4):
    socket.socket(fileno=fd).sendall(f"{fd} of {soft}, {open_ones} open".encode())
"""


@pytest.mark.parametrize("before", [0, 200], ids=["few are open", "more are open than may be inside"])
def test_descriptors_are_numbered_from_three_on(start: Start, before: int) -> None:
    """However many the grader itself has open: their numbers there may lie above the limit inside."""
    held = [os.open(os.devnull, os.O_RDONLY) for _ in range(before)]
    first, second = socket.socketpair(), socket.socketpair()
    try:
        fds = (second[1].fileno(), first[1].fileno())
        start(ASKED, pass_fds=fds, limits=Limits(open_files=64)).wait(10)
        assert (second[0].recv(64), first[0].recv(64)) == (b"3 of 64, 5 open", b"4 of 64, 5 open")
    finally:
        for fd in held:
            os.close(fd)
        for end in (*first, *second):
            end.close()


def test_a_writable_mount(sandbox: Bubblewrap, start: Start, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    out = tmp_path / "out"
    out.mkdir()
    os.chown(out, sandbox.uid, -1)
    start("open('/out/a', 'w').write('b')", mounts=(Mount(out, "/out", writable=True),)).wait(10)
    assert (out / "a").read_text() == "b"


def test_a_closed_submission_is_a_clear_error(sandbox: Bubblewrap, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    if os.geteuid():
        pytest.skip("only root gives way to another user")
    with pytest.raises(SandboxError, match="closed") as raised:
        sandbox.start(Launch(("-c", "")), submission=tmp_path, deps=None)
    assert "chmod" in raised.value.hint


def test_listeners_are_the_ports_asked_for(start: Start) -> None:
    process = start("import socket; socket.create_connection(('127.0.0.1', 5432)).sendall(b'q')", ports=(5432, 6379))
    assert sorted(process.listeners) == [5432, 6379]
    process.listeners[5432].settimeout(5)
    accepted, _ = process.listeners[5432].accept()
    with accepted:
        assert accepted.recv(1) == b"q"


def test_several_at_once_have_each_their_own_ports(start: Start) -> None:
    processes = [start("import time; time.sleep(9)", ports=(5432,)) for _ in range(3)]
    assert all(process.port(5432) == 5432 for process in processes)


def test_what_a_thread_started_outlives_the_thread(sandbox: Bubblewrap, start: Start) -> None:
    started = []
    thread = threading.Thread(target=lambda: started.append(start("import time; time.sleep(9)")))
    thread.start()
    thread.join()
    time.sleep(0.2)
    assert started[0].poll() is None


def test_nothing_remains(submission: Path) -> None:
    """Neither a process nor a file nor a descriptor of the grader's."""
    before, me = descriptors(), psutil.Process()
    others = {child.pid for child in me.children(recursive=True)}
    sandbox = Bubblewrap()
    code = "import os, time\nos.fork()\nos.fork()\ntime.sleep(30)"
    process = sandbox.start(Launch(("-c", code), ports=(5432,)), submission=submission, deps=None)
    ends, inside = time.monotonic() + 20, set[int]()
    while len(inside) < 5 and time.monotonic() < ends:
        time.sleep(0.02)
        inside = {child.pid for child in me.children(recursive=True)} - others
    begun = time.perf_counter()
    process.kill()
    took = time.perf_counter() - begun
    sandbox.close()
    assert len(inside) >= 5
    assert not any(map(psutil.pid_exists, inside & {c.pid for c in me.children(recursive=True)}))
    assert took < 0.5
    assert process.poll() == 137
    assert not sandbox.directory.exists()
    assert descriptors() == before


def test_a_grader_that_is_killed_takes_all_along(submission: Path, tmp_path: Path) -> None:
    """No handler of the grader's runs: the kernel ends what it started."""
    import subprocess

    code = f"""
import sys, time
from pathlib import Path
from grader.sandbox.api import Launch
from grader.sandbox.bubblewrap import Bubblewrap
launch = Launch(("-c", "import time; time.sleep(60)"), ports=(1234,))
Bubblewrap().start(launch, submission=Path({str(submission)!r}), deps=None)
print("up", flush=True); time.sleep(60)"""
    grader = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert grader.stdout is not None
    assert grader.stdout.readline() == b"up\n"
    inside = psutil.Process(grader.pid).children(recursive=True)
    grader.kill()
    grader.wait()
    grader.stdout.close()
    assert inside
    assert not psutil.wait_procs(inside, timeout=3)[1]


def test_where_hardly_any_process_runs(tmp_path: Path) -> None:
    """As in a container: no number of a process of the sandbox is by chance that of another one outside."""
    import subprocess

    code = """
from grader.sandbox.api import Launch
from grader.sandbox.bubblewrap import Bubblewrap
sandbox = Bubblewrap()
for _ in range(2):
    process = sandbox.start(Launch(("-c", "print('inside')"), ports=(5432,)), submission=None, deps=None)
    print(process.wait(20), process.output())
sandbox.close()"""
    apart = ["unshare", "--pid", "--fork", "--mount-proc"] if os.geteuid() == 0 else []
    ran = subprocess.run(
        [*apart, sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert ran.stdout.splitlines() == ["0 b'inside\\n'"] * 2, ran.stderr
