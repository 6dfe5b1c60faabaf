"""The filter on system calls of a child that reads: what reading bytes and answering takes, and nothing else.

It says no to everything else with EPERM: files, sockets, processes, signals to others of the same user. Assembled here
as a program of the kernel's classic BPF: this room is below the sandbox's, and shares nothing with its filter.
"""

import errno
import os
import struct
import sys

# Name, number on x86-64, number on aarch64.
_ALLOWED = """
read 0 63  write 1 64  close 3 57  fstat 5 80  lseek 8 62  mmap 9 222  mprotect 10 226  munmap 11 215  brk 12 214
rt_sigaction 13 134  rt_sigprocmask 14 135  rt_sigreturn 15 139  pread64 17 67  readv 19 65  writev 20 66
sched_yield 24 124  mremap 25 216  madvise 28 233  dup 32 23  setitimer 38 103  getpid 39 172  exit 60 93  fcntl 72 25
ftruncate 77 46  gettimeofday 96 169  sigaltstack 131 132  gettid 186 178  futex 202 98  restart_syscall 219 128
clock_gettime 228 113  exit_group 231 94  newfstatat 262 79  getrandom 318 278
"""
_MACHINES = {"x86_64": (1, 0xC000003E), "aarch64": (2, 0xC00000B7)}
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
_NO_NEW_PRIVILEGES, _SECCOMP, _BY_FILTER = 38, 22, 2


def program(machine: str) -> bytes:
    """The filter for that machine; a call by the entries of another architecture ends the process."""
    column, audit = _MACHINES[machine]
    numbers = [int(number) for number in _ALLOWED.split()[column::3]]
    lines = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, audit), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
    lines += [(_EQUAL, len(numbers) - place, 0, number) for place, number in enumerate(numbers)]
    lines += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def load() -> None:
    """Imports what ``allow_reading_only`` needs, while there are files."""
    if sys.platform == "linux":
        import ctypes  # noqa: F401


def allow_reading_only() -> None:
    """From now on this process can do nothing else, for good. Nothing happens where no such filter is made for.

    Raises:
        OSError: the kernel does not take the filter.
    """
    machine = os.uname().machine
    if sys.platform != "linux" or machine not in _MACHINES:
        return
    import ctypes

    code = ctypes.create_string_buffer(data := program(machine), len(data))
    whole = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(data) // 8, ctypes.addressof(code)))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    for words in ((_NO_NEW_PRIVILEGES, 1, 0, 0, 0), (_SECCOMP, _BY_FILTER, whole, 0, 0)):
        if prctl(*(ctypes.c_ulong(word) if isinstance(word, int) else word for word in words)):
            raise OSError(ctypes.get_errno(), "the filter on system calls is not taken")
