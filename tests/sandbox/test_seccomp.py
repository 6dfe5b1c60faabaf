"""Each rule of the filter on system calls, by what a process inside gets; and the same without a rule."""

import errno
import platform
import struct
from collections.abc import Callable

import pytest

from grader.domain.errors import SandboxError
from grader.sandbox import seccomp
from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.syscalls import ARCHITECTURES

Inside = Callable[..., str]
NO_RULE = struct.pack("=HBBI", 6, 0, 0, 0x7FFF0000)
NUMBERS = ARCHITECTURES[platform.machine()].numbers
HIGH = 1 << 32
CALLS = f"""
import ctypes, errno, mmap, os, signal, time
libc = ctypes.CDLL(None, use_errno=True)
n = {NUMBERS!r}
text = ctypes.create_string_buffer(b"/q")
room = ctypes.create_string_buffer(256)

def call(number, *arguments):
    '''0 or the number of the error.'''
    ctypes.set_errno(0)
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return 0 if libc.syscall(ctypes.c_long(number), *words) >= 0 else ctypes.get_errno()

def ended(work):
    '''How a child that does that ends.'''
    child = os.fork()
    if child == 0:
        os._exit(work())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

def entry_of_32_bits(number, first):
    '''A system call by the entry of i386, from assembled instructions.'''
    code = b"\\xb8" + number.to_bytes(4, "little") + b"\\xbb" + first.to_bytes(4, "little")
    code += b"\\xb9\\x01\\0\\0\\0\\xba\\0\\0\\0\\0\\xcd\\x80\\xc3"
    page = mmap.mmap(-1, 4096, prot=7)
    page.write(code)
    function = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    return ended(lambda: 0 if function() >= 0 else 1)

other = os.fork()
if other == 0:
    time.sleep(20)
    os._exit(0)
"""
# What is tried, the error that the filter gives, and what is got without it.
EPERM, EAFNOSUPPORT, ENOSYS = errno.EPERM, errno.EAFNOSUPPORT, errno.ENOSYS
REFUSED = {
    "vsock": ("call(n['socket'], 40, 1, 0)", EAFNOSUPPORT),
    "vsock, high bits": (f"call(n['socket'], {HIGH} | 40, 1, 0)", EAFNOSUPPORT),
    "netlink, high bits": (f"call(n['socket'], {HIGH} | 16, 3, 0)", EAFNOSUPPORT),
    "netlink, all high bits": ("call(n['socket'], -(1 << 32) | 16, 3, 0)", EAFNOSUPPORT),
    "kernel crypto, high bits": (f"call(n['socket'], {HIGH << 20} | 38, 5, 0)", EAFNOSUPPORT),
    "a family that is in no list": ("call(n['socket'], 45, 1, 0)", EAFNOSUPPORT),
    "a family beyond 64": ("call(n['socket'], 65, 1, 0)", EAFNOSUPPORT),
    "a family below 0": ("call(n['socket'], -1, 1, 0)", EAFNOSUPPORT),
    "multipath TCP": ("call(n['socket'], 2, 1, 262)", EAFNOSUPPORT),
    "pair of another family": (f"call(n['socketpair'], {HIGH} | 2, 1, 0, room)", EAFNOSUPPORT),
    "typed into a terminal": ("call(n['ioctl'], 0, 0x5412, room)", EPERM),
    "typed into a terminal, high bits": (f"call(n['ioctl'], 0, {HIGH} | 0x5412, room)", EPERM),
    "console, high bits": (f"call(n['ioctl'], 0, {HIGH << 5} | 0x541C, room)", EPERM),
    "new user namespace": ("call(n['clone'], 0x10000000 | 17, 0, 0, 0, 0)", EPERM),
    "new user namespace, high bits": (f"call(n['clone'], {HIGH} | 0x10000000 | 17, 0, 0, 0, 0)", EPERM),
    "clone3": ("call(n['clone3'], 0, 0)", ENOSYS),
    "a call that came later": ("call(463, -1, 0, 0, 0, 0, 0)", ENOSYS),
    "limits of another": ("call(n['prlimit64'], other, 7, 0, room)", EPERM),
    "limits of another, high bits": (f"call(n['prlimit64'], {HIGH} | other, 7, 0, room)", EPERM),
    "priority of another": ("call(n['setpriority'], 0, other, 5)", EPERM),
    "priority of all": ("call(n['setpriority'], 2, 0, 5)", EPERM),
    "disk priority of another": ("call(n['ioprio_set'], 1, other, 0x6001)", EPERM),
    "processors of another": ("call(n['sched_setaffinity'], other, 128, b'\\x01' + bytes(127))", EPERM),
    "scheduling of another": ("call(n['sched_setscheduler'], other, 3, bytes(4))", EPERM),
    "shared memory": ("call(n['shmget'], 7, 4096, 0o1600)", EPERM),
    "semaphores": ("call(n['semget'], 7, 1, 0o1600)", EPERM),
    "message queue": ("call(n['msgget'], 7, 0o1600)", EPERM),
    "POSIX message queue": ("call(n['mq_open'], b'queue', 0o102, 0o600, None)", EPERM),
}
GRANTED = {
    "local": "call(n['socket'], 1, 1, 0)",
    "local by its own number": "call(n['socket'], 1, 1, 1)",
    "IPv4": "call(n['socket'], 2, 1, 6)",
    "IPv6, datagrams, high bits that the kernel drops": f"call(n['socket'], {HIGH} | 10, 2, 17)",
    "pair": "call(n['socketpair'], 1, 1, 0, room)",
    "thread": "__import__('threading').Thread(target=print, args=('',), kwargs={'end': ''}).start() or 0",
    "its own limits": "call(n['prlimit64'], 0, 7, 0, room)",
    "its own priority": "call(n['setpriority'], 0, 0, 5)",
}


def told(inside: Inside, attempts: dict[str, str]) -> dict[str, int]:
    """What each attempt gives, inside."""
    said = inside(CALLS + f"for name, code in {attempts!r}.items(): print(name, eval(code), sep='|', flush=True)")
    return {name: int(number) for name, _, number in (line.rpartition("|") for line in said.splitlines())}


@pytest.fixture
def no_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a filter that lets everything pass."""
    monkeypatch.setattr(seccomp, "program", lambda **_: NO_RULE)


def test_what_the_rules_refuse(inside: Inside) -> None:
    assert told(inside, {k: code for k, (code, _) in REFUSED.items()}) == {
        k: number for k, (_, number) in REFUSED.items()
    }


def test_the_same_without_the_rules(inside: Inside, no_rule: None) -> None:
    """Control. The kernel itself knows no family of these two numbers, and 45 is not built into every kernel."""
    found = told(inside, {k: code for k, (code, _) in REFUSED.items()})
    held = {name for name, number in found.items() if number == REFUSED[name][1]}
    assert held <= {"a family that is in no list", "a family beyond 64", "a family below 0", "kernel crypto, high bits"}
    assert found["vsock, high bits"] == found["shared memory"] == found["limits of another"] == 0


def test_what_the_rules_grant(inside: Inside) -> None:
    assert set(told(inside, GRANTED).values()) == {0}


def test_every_denied_call(inside: Inside) -> None:
    """By its number, and by its number below high bits."""
    names = [name for name in (seccomp._DENIED + seccomp._LASTING_IPC).split() if name in NUMBERS]
    attempts = {f"{name}+{high}": f"call(n[{name!r}] | {high}, *[-1] * 6)" for name in names for high in (0, HIGH)}
    assert len(names) > 80
    assert set(told(inside, attempts).values()) == {EPERM}


def test_every_denied_call_without_the_rules(inside: Inside, no_rule: None) -> None:
    """Control: most are refused for other reasons then, as the arguments are nonsense and no right is left."""
    names = [name for name in (seccomp._DENIED + seccomp._LASTING_IPC).split() if name in NUMBERS]
    found = told(inside, {name: f"call(n[{name!r}], *[-1] * 6)" for name in names if name != "vhangup"})
    assert sum(number != EPERM for number in found.values()) > 40


SOCKET_OF_I386 = {"socket": "entry_of_32_bits(359, 40)", "who am I": "entry_of_32_bits(20, 0)"}
# Another architecture has no such entries.
OF_X86 = ["x86_64"] if platform.machine() == "x86_64" else []


@pytest.mark.parametrize("machine", OF_X86)
def test_the_entry_of_32_bits_kills(machine: str, inside: Inside) -> None:
    assert told(inside, SOCKET_OF_I386) == {"socket": -31, "who am I": -31}


@pytest.mark.parametrize("machine", OF_X86)
def test_the_entry_of_32_bits_without_the_rules(machine: str, inside: Inside, no_rule: None) -> None:
    """Control: on this kernel the entry is there, and opens a socket to the host."""
    assert told(inside, SOCKET_OF_I386) == {"socket": 0, "who am I": 0}


@pytest.mark.parametrize("machine", OF_X86)
def test_x32_does_not_exist(machine: str, inside: Inside) -> None:
    attempts = {str(number): f"call({number}, 40, 1, 0)" for number in (0x40000000 | 41, HIGH | 0x40000000 | 41, -1)}
    assert set(told(inside, attempts).values()) == {ENOSYS}


def test_postgres_may_share_memory_and_no_other(sandbox: Bubblewrap) -> None:
    services = [sandbox.for_service(name) for name in ("postgres", "redis")]  # type: ignore[arg-type]
    assert [service._lasting_ipc for service in services] == [True, False]
    assert seccomp.program(lasting_ipc=True) != seccomp.program()
    for service in services:
        service.close()


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_the_program_is_sound_on_either_architecture(machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole instructions, jumps that stay inside and go forward, and a return at the end, as the kernel asks."""
    monkeypatch.setattr(platform, "machine", lambda: machine)
    seccomp.program.cache_clear()
    lines = list(struct.iter_unpack("=HBBI", seccomp.program()))
    seccomp.program.cache_clear()
    jumps = [(place, *line[1:3]) for place, line in enumerate(lines) if line[0] & 7 == 5]
    assert all(place + 1 + max(true, false) < len(lines) for place, true, false in jumps)
    assert lines[-1] == (6, 0, 0, 0x7FFF0000)
    assert 100 < len(lines) < 4096


def test_another_architecture_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    seccomp.program.cache_clear()
    with pytest.raises(SandboxError, match="no system call filter for riscv64") as raised:
        seccomp.program()
    assert "x86_64 or aarch64" in raised.value.hint
    seccomp.program.cache_clear()
