"""Scanners that read a submission as data: bandit and detect-secrets, in an environment of their own."""

import re
from collections.abc import Callable
from pathlib import Path

from grader.domain.errors import EnvironmentError_
from grader.environment.faults import NotInstallable
from grader.environment.install import site_for
from grader.sandbox.api import Kind, Launch, Limits, Mount, Sandbox
from grader.tools.tool import CONFIGURATION, Output, Tool, run

_SITE = "/tools/site"
# Nothing of the submission can be imported: the scanner's packages and Python's own are all that there is.
# Warnings about its files would stand between the lines of what is parsed.
_RUN = f"""import os, runpy, sys
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
sys.path[:] = [p for p in sys.path if not p.startswith(("/submission", "/deps"))] + [{_SITE!r}]
module, sys.argv = sys.argv[1], sys.argv[1:]
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""
_LIMITS = Limits(memory_mb=1024, processes=32, tmp_mb=64, wall_s=120.0)
_OUTPUT = 16 << 20
_VERSION = re.compile(r"^([a-z-]+)==([0-9.]+)", re.MULTILINE)


def scanner_version(name: str) -> str:
    """``bandit 1.9.4``: a scanner with the version that is locked."""
    locked = dict(_VERSION.findall((CONFIGURATION / "scanners.txt").read_text("utf-8")))
    return f"{name} {locked[name]}"


def scan(
    module: str,
    arguments: tuple[str, ...],
    *,
    sandbox: Sandbox,
    folder: Path,
    state_dir: Path,
    kind: Kind = "auto",
    progress: Callable[[str], None] = lambda text: None,
) -> Output:
    """``python -m MODULE ARGUMENTS`` over a folder, which is /submission inside, as a user of the tools'.

    Raises:
        EnvironmentError_: the scanners cannot be installed, or one does not end.
    """
    requirements = (CONFIGURATION / "scanners.txt").read_text("utf-8")
    try:
        site = site_for(
            requirements, cache=state_dir / "environments", what="the scanners", progress=progress, kind=kind
        )
    except NotInstallable as refused:
        raise EnvironmentError_(
            f"The scanners cannot be installed: {refused}",
            "Check that a package index can be reached, then run the same command again.",
        ) from None
    mounts = [Mount(site, _SITE)]
    mounts += [Mount(CONFIGURATION / name, f"/tools/{name}") for name in ("bandit.ini", "bandit.yaml")]
    launch = Launch(
        ("-c", _RUN, module, *arguments), mounts=tuple(mounts), limits=_LIMITS, cwd="/tmp", output_limit=_OUTPUT
    )
    return run(Tool(module, launch), sandbox, submission=folder, deps=folder)
