# FILE SOLUTION 05
"""What kind of process this is, as far as that has to be known before Django is there."""

import atexit
import os
import shutil
import sys
from tempfile import mkdtemp

METRICS_DIR = "PROMETHEUS_MULTIPROC_DIR"


def is_worker() -> bool:
    """Whether this is `celery … worker`, which forks: in it threads and connections come later."""
    return "worker" in sys.argv[1:]


def share_metrics() -> None:
    """Give this process and its children a folder for their numbers, unless one is set.

    Before anything imports prometheus_client, which looks once. The folder is new: what an earlier
    process left would be counted again.
    """
    if METRICS_DIR in os.environ:
        return
    os.environ[METRICS_DIR] = mkdtemp(prefix="metrics-")
    atexit.register(_clean_up, os.environ[METRICS_DIR], os.getpid())


def _clean_up(folder: str, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
