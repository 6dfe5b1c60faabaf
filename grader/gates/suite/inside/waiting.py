"""How long something took, without what it waited for a processor that others had."""

import contextlib
import time


def waited(process: "int | str" = "self") -> float:
    """Seconds for which a process was ready to run and had no processor; 0 where the kernel does not tell."""
    with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{process}/schedstat") as file:
        return int(file.read().split()[1]) * 1e-9
    return 0.0


def clock() -> float:
    """Seconds since some moment, of which those in which this process waited for a processor do not count."""
    return time.perf_counter() - waited()
