"""The filter on system calls: what no Django project needs and what has opened sandboxes before.

Built once in each process and handed to bubblewrap through a pipe, so there is no file to be tampered with.
"""

import errno
import os
import socket
from functools import cache
from typing import Any

from grader.domain.errors import SandboxError

_DENIED = """
ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd process_madvise
unshare setns mount umount2 pivot_root move_mount open_tree fsopen fsmount fsconfig fspick mount_setattr chroot
keyctl add_key request_key bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register
init_module finit_module delete_module kexec_load kexec_file_load swapon swapoff acct reboot quotactl quotactl_fd
name_to_handle_at open_by_handle_at lookup_dcookie nfsservctl vhangup iopl ioperm modify_ldt personality
settimeofday clock_settime adjtimex clock_adjtime syslog sethostname setdomainname mknod mknodat
fanotify_init fanotify_mark seccomp landlock_create_ruleset memfd_secret vmsplice
"""
_REQUIRED = frozenset(("ptrace", "process_vm_readv", "mount", "unshare", "setns", "keyctl", "bpf"))
_NAMESPACES = (0x02000000, 0x00020000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000, 0x80)
_FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6)
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C


@cache
def program() -> bytes:
    """The filter as a BPF program of this machine's architecture; ``SandboxError`` without libseccomp.

    A thread's ``clone`` passes, one that makes a namespace does not. ``clone3`` hides its flags in memory where no
    filter can look, so it does not exist here and the C library falls back to ``clone``.
    Calls of another architecture kill.
    """
    try:
        import pyseccomp as s
    except (ImportError, OSError, RuntimeError) as error:
        raise SandboxError(
            f"The system call filter cannot be built: {error}", "Install libseccomp2 and the package pyseccomp."
        ) from error
    rules = s.SyscallFilter(s.ALLOW)
    for call in _DENIED.split():
        _deny(s, rules, call)
    for flag in _NAMESPACES:
        rules.add_rule(s.ERRNO(errno.EPERM), "clone", s.Arg(0, s.MASKED_EQ, flag, flag))
    rules.add_rule(s.ERRNO(errno.ENOSYS), "clone3")
    for family in set(range(64)) - set(_FAMILIES):
        rules.add_rule(s.ERRNO(errno.EAFNOSUPPORT), "socket", s.Arg(0, s.EQ, family))
    for request in (_TIOCSTI, _TIOCLINUX):
        rules.add_rule(s.ERRNO(errno.EPERM), "ioctl", s.Arg(1, s.MASKED_EQ, 0xFFFFFFFF, request))
    return _export(rules)


def _deny(s: Any, rules: Any, call: str) -> None:
    """Refuses one call with EPERM; one that this libseccomp or this architecture does not know is left out."""
    try:
        rules.add_rule(s.ERRNO(errno.EPERM), call)
    except OSError:
        if call in _REQUIRED:
            raise


def _export(rules: Any) -> bytes:
    """The bytes that libseccomp writes for these rules."""
    file = os.memfd_create("seccomp")
    with os.fdopen(file, "w+b") as out:
        rules.export_bpf(out)
        out.seek(0)
        return out.read()
