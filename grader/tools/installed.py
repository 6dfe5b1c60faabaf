"""Tools written in Python, each in an environment of its own that is installed by hash on first use."""

import re
from collections.abc import Callable
from pathlib import Path

from grader.domain.errors import EnvironmentError_
from grader.environment.faults import NotInstallable
from grader.environment.install import site_for
from grader.sandbox.api import Kind, Launch, Limits, Mount
from grader.tools.tool import CONFIGURATION, Tool

_SITE = "/tools/site"
# Nothing of the submission can be imported: the tool's packages and Python's own are all that there is.
_RUN = f"""import runpy, sys
sys.path[:] = [p for p in sys.path if not p.startswith(("/submission", "/deps"))] + [{_SITE!r}]
module, sys.argv = sys.argv[1], sys.argv[1:]
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""
_LIMITS = Limits(memory_mb=1024, processes=32, tmp_mb=64, wall_s=120.0)
_VERSION = re.compile(r"^([A-Za-z0-9._-]+)==([0-9][^\s;\\]*)", re.MULTILINE)


def installed_tool(
    module: str,
    *arguments: str,
    requirements: str,
    state_dir: Path,
    kind: Kind,
    configuration: tuple[str, ...] = (),
    limits: Limits = _LIMITS,
    progress: Callable[[str], None] = lambda text: None,
) -> Tool:
    """``python -m MODULE ARGUMENTS`` with the packages of ``requirements``, a file of ``CONFIGURATION`` pinned by hash.

    Files of ``configuration`` are below /tools.

    Raises:
        EnvironmentError_: its packages cannot be had.
    """
    text = (CONFIGURATION / requirements).read_text("utf-8")
    try:
        site = site_for(text, cache=state_dir / "environments", what=module, progress=progress, kind=kind)
    except NotInstallable as refused:
        raise EnvironmentError_(
            f"{module} cannot be installed: {refused}",
            "Check that a package index can be reached, then run the same command again.",
        ) from None
    mounts = (Mount(site, _SITE), *(Mount(CONFIGURATION / name, f"/tools/{name}") for name in configuration))
    return Tool(module, Launch(("-c", _RUN, module, *arguments), mounts=mounts, limits=limits, cwd="/tmp"))


def locked_version(name: str, requirements: str) -> str:
    """``black 26.1``: a tool with the version that is pinned in that file."""
    return f"{name} {dict(_VERSION.findall((CONFIGURATION / requirements).read_text('utf-8')))[name]}"
