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
# Nothing of the submission can be imported: the tool's packages and Python's own are all that there is. Where there is
# no isolation these places are others, so they come as arguments. What a tool has to warn of may go nowhere: it would
# stand between the lines of what is parsed.
_PLACES = (_SITE, "/submission", "/deps")
_RUN = """import os, runpy, sys
site, submission, deps, module, quiet = sys.argv[1:6]
sys.path[:] = [p for p in sys.path if not p.startswith((submission, deps))] + [site]
sys.argv = [module, *sys.argv[6:]]
if quiet == "quiet":
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""
_LIMITS = Limits(memory_mb=1024, processes=32, tmp_mb=64, wall_s=120.0)
_VERSION = re.compile(r"^([A-Za-z0-9._-]+)==([0-9][^\s;\\]*)", re.MULTILINE)


def tool_site(
    requirements: str,
    *,
    what: str,
    cache: Path,
    kind: Kind = "auto",
    progress: Callable[[str], None] = lambda text: None,
) -> Path:
    """The folder with the packages of ``requirements``, a file of ``CONFIGURATION`` in which all are pinned by hash.

    ``what`` names the tool to people; ``cache`` is that of environments, ``kind`` the sandbox that wheels are unpacked
    in.

    Raises:
        EnvironmentError_: they cannot be had.
    """
    text = (CONFIGURATION / requirements).read_text("utf-8")
    try:
        return site_for(text, cache=cache, what=what, progress=progress, kind=kind)
    except NotInstallable as refused:
        raise EnvironmentError_(
            f"{what} cannot be installed: {refused}",
            "Check that a package index can be reached, then run the same command again.",
        ) from None


def installed_tool(
    module: str,
    *arguments: str,
    requirements: str,
    state_dir: Path,
    kind: Kind = "auto",
    configuration: tuple[str, ...] = (),
    limits: Limits = _LIMITS,
    output_limit: int = 1 << 20,
    quiet: bool = False,
) -> Tool:
    """``python -m MODULE ARGUMENTS`` with the packages of ``requirements``, as of ``tool_site``.

    Files of ``configuration`` are below /tools. With ``quiet`` only its standard output is kept.

    Raises:
        EnvironmentError_: its packages cannot be had.
    """
    site = tool_site(requirements, what=module, cache=state_dir / "environments", kind=kind)
    mounts = (Mount(site, _SITE), *(Mount(CONFIGURATION / name, f"/tools/{name}") for name in configuration))
    argv = ("-c", _RUN, *_PLACES, module, "quiet" if quiet else "all", *arguments)
    return Tool(module, Launch(argv, mounts=mounts, limits=limits, cwd="/tmp", output_limit=output_limit))


def locked_version(name: str, requirements: str) -> str:
    """``black 26.1``: a tool with the version that is pinned in that file."""
    return f"{name} {dict(_VERSION.findall((CONFIGURATION / requirements).read_text('utf-8')))[name]}"
