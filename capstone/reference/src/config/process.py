# FILE SOLUTION 05
"""What kind of process this is, as far as that has to be known before Django is there."""

import os
import shutil
import sys
from pathlib import Path
from tempfile import gettempdir

METRICS_DIR = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "platform-metrics"


def is_worker() -> bool:
    """Whether this is `celery … worker`, which forks: in it threads and connections come later."""
    return "worker" in sys.argv[1:]


def share_metrics(leader: int) -> None:
    """Set PROMETHEUS_MULTIPROC_DIR, shared by all processes with this leader, unless it is set.

    Before anything imports prometheus_client, which looks once. The leader is gunicorn's or the
    worker's main process; what leaders left that are gone would be counted again, and is removed.
    """
    if METRICS_DIR in os.environ:
        return
    for left in Path(gettempdir()).glob(f"{PREFIX}-{os.getuid()}-*"):
        if not _is_there(*left.name.split("-")[-2:]):
            shutil.rmtree(left, ignore_errors=True)
    name = f"{PREFIX}-{os.getuid()}-{leader}-{_began(leader)}"
    folder = Path(gettempdir()) / name
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} is somebody else's.")
    os.environ[METRICS_DIR] = str(folder)


def _is_there(pid: str, began: str) -> bool:
    return began != "gone" and _began(int(pid)) == began


def _began(pid: int) -> str:
    """When a process began, as Linux counts: a number is given to another process some day."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "gone"
    return stat.rpartition(")")[2].split()[19]
