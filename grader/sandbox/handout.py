"""The trusted end of the launcher's socket: sends the order, receives listening sockets and looks at each."""

import marshal
import socket
from collections.abc import Mapping, Sequence
from typing import Any

from grader.domain.errors import SandboxError
from grader.sandbox.api import FIRST_FD, Launch

_WITHIN_S = 20.0
_NO_LIMIT = 1 << 62


def import_path(launch: Launch) -> tuple[str, ...]:
    """Where Python inside looks for modules: the packages, then the submission."""
    return ("/deps", *(f"/submission/{folder}" for folder in launch.sources), "/submission")


def order(
    launch: Launch, *, argv: Sequence[str], path: Sequence[str], cwd: str, copy: Sequence[str], ports: Sequence[int]
) -> bytes:
    """The bytes, by ``marshal``, that tell the launcher what to do; ``ports`` are those to bind."""
    limits = {
        "NPROC": launch.limits.processes,
        "FSIZE": launch.limits.file_mb << 20,
        "NOFILE": launch.limits.open_files,
        "CORE": 0,
        "DATA": _NO_LIMIT,  # not that of the trusted process, which every process it starts inherits
    }
    if launch.limits.address_mb is not None:
        limits["AS"] = launch.limits.address_mb << 20
    if launch.limits.cpu_s is not None:
        limits["CPU"] = launch.limits.cpu_s
    instructions: dict[str, Any] = {
        "argv": list(argv),
        "raw": launch.raw,
        "cwd": cwd,
        "copy": list(copy),
        "ports": list(ports),
        "path": list(path),
        "limits": limits,
        "fds": [FIRST_FD, list(launch.pass_fds)],
    }
    return marshal.dumps(instructions)


def receive(control: socket.socket, ports: Mapping[int, int]) -> dict[int, socket.socket]:
    """The listeners, by the port asked for; ``ports`` says where each was to be bound.

    ``SandboxError`` if they do not come, or are not exactly TCP listeners on those ports of the loopback.
    """
    control.settimeout(_WITHIN_S)
    try:
        message, descriptors, flags, _ = socket.recv_fds(control, 1, len(ports))
    except OSError as error:
        raise _refusal(str(error)) from error
    listeners = [socket.socket(fileno=descriptor) for descriptor in descriptors]
    sound = message == b"L" and not flags & socket.MSG_CTRUNC and len(listeners) == len(ports)
    if not sound or not all(map(_is_listener, listeners, ports.values())):
        for listener in listeners:
            listener.close()
        raise _refusal("what was handed out were not the listeners")
    for listener in listeners:
        listener.setblocking(False)
    control.sendall(b"k")
    return dict(zip(ports, listeners, strict=True))


def _is_listener(candidate: socket.socket, port: int) -> bool:
    """Whether it is an IPv4 stream socket that listens on 127.0.0.1 at that port."""
    return (
        candidate.family == socket.AF_INET
        and candidate.type == socket.SOCK_STREAM
        and bool(candidate.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
        and candidate.getsockname() == ("127.0.0.1", port)
    )


def _refusal(reason: str) -> SandboxError:
    return SandboxError(
        f"The sandbox did not hand out its ports: {reason}", "Run `grader doctor` to see what this machine lacks."
    )
