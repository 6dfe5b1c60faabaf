"""Runs inside the sandbox of a service: starts and stops the one server there on command, so that its data stay.

Started by the launcher as ``supervise.py CONTROL LOG TEMPLATE DATA command ...``; CONTROL and LOG are descriptors,
TEMPLATE is "" or a directory that is copied to DATA first. Standard library only.
"""

import os
import shutil
import signal
import subprocess
import sys

_STOP_S = 20


def stop(server: "subprocess.Popen[bytes] | None") -> None:
    """Ends the server without losing what it was sent, or kills it if it takes too long."""
    if server is None or server.poll() is not None:
        return
    server.send_signal(signal.SIGINT)
    try:
        server.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def main() -> None:
    """Answers each line, ``start`` or ``stop``, with a line; ends when the other side closes."""
    control, log, (template, data) = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:5]
    if template:
        shutil.copytree(template, data, symlinks=True)
    server = None
    with os.fdopen(control, "r+b", buffering=0) as lines:
        while word := lines.readline():
            stop(server)
            server = None
            if word == b"start\n":
                server = subprocess.Popen(sys.argv[5:], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            lines.write(b"done\n")
    stop(server)


if __name__ == "__main__":
    main()
