"""What keeps a trusted process from outliving its runner and from outgrowing the machine."""

import ctypes
import os
import resource
import signal
import threading

# Private memory of one trusted process; one that grades module 02 on PostgreSQL has about 100 MB.
MEMORY_MB = 1024
_PR_SET_PDEATHSIG = 1


def guard(life_fd: int) -> None:
    """Binds this process to its runner, which holds the other end of ``life_fd``, and limits its memory.

    The kernel kills it when the runner dies, whatever it is doing then; the descriptor tells it of a death before that
    was arranged. Its sandboxes are bound to it in the same way.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_end_with_runner, args=(life_fd,), daemon=True).start()
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    # The soft limit only: what it starts in a sandbox has limits of its own, which the launcher sets.
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_MB << 20, hard))


def _end_with_runner(life_fd: int) -> None:
    os.read(life_fd, 1)
    os._exit(3)
