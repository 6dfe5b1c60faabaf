"""The filter on system calls: what no Django project needs and what has opened sandboxes before.

Assembled here, as a program of the kernel's classic BPF, and handed to bubblewrap through a pipe: there is no file to
be tampered with and no library to be missed. Where the kernel takes 32 bits of an argument the filter looks at those
32, so that nothing hides in the upper half.
"""

import errno
import platform
import socket
import struct
from dataclasses import dataclass
from functools import cache

from grader.domain.errors import SandboxError
from grader.sandbox.syscalls import ARCHITECTURES, NEWEST

_DENIED = """
ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd process_madvise migrate_pages move_pages
unshare setns mount umount2 pivot_root move_mount open_tree fsopen fsmount fsconfig fspick mount_setattr chroot
statmount listmount
keyctl add_key request_key bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register
init_module finit_module delete_module kexec_load kexec_file_load swapon swapoff acct reboot quotactl quotactl_fd
name_to_handle_at open_by_handle_at lookup_dcookie nfsservctl vhangup iopl ioperm modify_ldt personality uselib
settimeofday clock_settime adjtimex clock_adjtime syslog sethostname setdomainname mknod mknodat
fanotify_init fanotify_mark seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self
memfd_secret vmsplice
"""
# Objects that belong to no process and outlive every one of them.
_LASTING_IPC = """
shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl
mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
"""


@dataclass(frozen=True, slots=True)
class _Only:
    """A call is allowed if each of these arguments, by its low 32 bits, is one of the values."""

    error: int
    arguments: tuple[tuple[int, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class _Not:
    """A call is refused if that argument is one of the values."""

    error: int
    argument: int
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Bits:
    """A call is refused if that argument has one of the bits."""

    error: int
    argument: int
    mask: int


_FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6)
_PROTOCOLS = (0, 1, socket.IPPROTO_TCP, socket.IPPROTO_UDP)  # 1 is a local socket's own number for itself
_NAMESPACES = 0x7E020080
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_ONESELF = _Only(errno.EPERM, ((0, (0,)),))
# A thread's ``clone`` passes, one that makes a namespace does not. Whoever could set the limits or the priority of
# another process would leave a mark there for the next check to read.
_ARGUMENTS: dict[str, _Only | _Not | _Bits] = {
    "clone": _Bits(errno.EPERM, 0, _NAMESPACES),
    "socket": _Only(errno.EAFNOSUPPORT, ((0, _FAMILIES), (2, _PROTOCOLS))),
    "socketpair": _Only(errno.EAFNOSUPPORT, ((0, (socket.AF_UNIX,)),)),
    "ioctl": _Not(errno.EPERM, 1, (_TIOCSTI, _TIOCLINUX)),
    "prlimit64": _ONESELF,
    "sched_setaffinity": _ONESELF,
    "sched_setparam": _ONESELF,
    "sched_setscheduler": _ONESELF,
    "sched_setattr": _ONESELF,
    "setpriority": _Only(errno.EPERM, ((0, (0,)), (1, (0,)))),
    "ioprio_set": _Only(errno.EPERM, ((0, (1,)), (1, (0,)))),
}

_LOAD, _EQUAL, _GREATER, _ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, operand: a ``struct sock_filter``


@cache
def program(*, lasting_ipc: bool = False) -> bytes:
    """The filter for this machine's architecture; ``SandboxError`` on one that it is not made for.

    ``lasting_ipc`` leaves System V objects and POSIX message queues, as PostgreSQL needs. ``clone3`` hides its flags in
    memory where no filter can look, so it does not exist here and the C library falls back to ``clone``; nor do calls
    that are newer than this table. Calls by the entries of another architecture kill.
    """
    machine = ARCHITECTURES.get(platform.machine())
    if machine is None:
        raise SandboxError(
            f"There is no system call filter for {platform.machine()}.", f"Grade on {' or '.join(ARCHITECTURES)}."
        )
    lines = [
        _load(_ARCHITECTURE),
        (_EQUAL, 1, 0, machine.audit),
        _return(_KILL),
        _load(_NUMBER),
        (_GREATER, 0, 1, NEWEST),  # the calls of x32 among them: they have a bit far above
        _return(_ERRNO | errno.ENOSYS),
    ]
    denied = _DENIED if lasting_ipc else _DENIED + _LASTING_IPC
    bodies = {name: [_return(_ERRNO | errno.EPERM)] for name in denied.split()}
    bodies["clone3"] = [_return(_ERRNO | errno.ENOSYS)]
    bodies |= {name: _body(rule) for name, rule in _ARGUMENTS.items()}
    for name, body in bodies.items():
        if name in machine.numbers:
            lines += [(_EQUAL, 0, len(body), machine.numbers[name]), *body]
    lines.append(_return(_ALLOW))
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _body(rule: _Only | _Not | _Bits) -> list[Instruction]:
    """What follows the match of a call's number, to the return of whichever way it goes."""
    match rule:
        case _Only(error, arguments):
            tests = [line for argument, values in arguments for line in _one_of(argument, values, error)]
            return [*tests, _return(_ALLOW)]
        case _Not(error, argument, values):
            last = len(values)
            tests = [(_EQUAL, last - place, 0, value) for place, value in enumerate(values)]
            return [_load_argument(argument), *tests, _return(_ALLOW), _return(_ERRNO | error)]
        case _Bits(error, argument, mask):
            return [
                _load_argument(argument),
                (_ANY_BIT, 0, 1, mask),
                _return(_ERRNO | error),
                _return(_ALLOW),
            ]


def _one_of(argument: int, values: tuple[int, ...], error: int) -> list[Instruction]:
    """Goes on behind its end if the argument is one of the values, else returns the error."""
    count = len(values)
    tests = [(_EQUAL, count - place, 0, int(value)) for place, value in enumerate(values)]
    return [_load_argument(argument), *tests, _return(_ERRNO | error)]


def _load(offset: int) -> Instruction:
    return (_LOAD, 0, 0, offset)


def _load_argument(argument: int) -> Instruction:
    """The low half of an argument: both architectures keep it first."""
    return _load(_FIRST_ARGUMENT + 8 * argument)


def _return(value: int) -> Instruction:
    return (_RETURN, 0, 0, value)
