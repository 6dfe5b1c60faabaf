"""Runs inside the sandbox before any code of the submission: sets limits, opens ports, sets sys.path, then runs it.

Started as ``python -I -S -B launcher.py FD``; FD is a socket on which a dictionary says what to do, by
``marshal``: the other side runs the same Python. Standard library only, and little: an import costs each start.
"""

import marshal
import os
import resource
import runpy
import sys


def set_limits(limits: dict[str, int]) -> None:
    """Sets each ``{"NPROC": 64, ...}`` as soft and hard limit of this process and its children."""
    for name, value in limits.items():
        which = getattr(resource, "RLIMIT_" + name)
        hard = resource.getrlimit(which)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (value, value))


def hand_out(control_fd: int, ports: list[int]) -> None:
    """Opens 127.0.0.1 at each port and sends the listening sockets to the other side of ``control_fd``, a socket."""
    import socket

    listeners = []
    for port in ports:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
        listeners.append(listener)
    with socket.socket(fileno=os.dup(control_fd)) as control:
        socket.send_fds(control, [b"L"], [listener.fileno() for listener in listeners])
        control.recv(1)
    for listener in listeners:
        listener.close()


def renumber(first: int, fds: list[int]) -> None:
    """Gives the descriptors the numbers from ``first`` on, in their order. Nothing else may be open there."""
    import fcntl

    aside = [fcntl.fcntl(fd, fcntl.F_DUPFD, first + len(fds)) for fd in fds]
    for fd in fds:
        os.close(fd)
    for number, fd in enumerate(aside, first):
        os.dup2(fd, number)
        os.close(fd)


def run(argv: list[str]) -> None:
    """Runs ``-m module``, ``-c code`` or ``file.py`` as ``__main__``, with the rest as its arguments."""
    if argv[0] == "-m":
        sys.argv = argv[1:]
        runpy.run_module(argv[1], run_name="__main__", alter_sys=True)
    elif argv[0] == "-c":
        sys.argv = ["-c", *argv[2:]]
        exec(compile(argv[1], "<string>", "exec"), {"__name__": "__main__", "__builtins__": __builtins__})
    else:
        sys.argv = list(argv)
        runpy.run_path(argv[0], run_name="__main__")


def main() -> None:
    """Reads the order, prepares, and gives way to the submission."""
    control_fd = int(sys.argv[1])
    with open(control_fd, "rb", closefd=False) as control:
        order = marshal.load(control)
    if order["copy"]:
        import shutil

        source, target = order["copy"]
        shutil.copytree(source, target, dirs_exist_ok=True)
    os.chdir(order["cwd"])
    if order["ports"]:
        hand_out(control_fd, order["ports"])
    os.close(control_fd)
    if order["fds"][1]:
        renumber(*order["fds"])
    set_limits(order["limits"])
    if order["raw"]:
        os.execvp(order["argv"][0], order["argv"])
    sys.path[:] = [entry for entry in sys.path if entry] + order["path"]
    run(order["argv"])


if __name__ == "__main__":
    main()
