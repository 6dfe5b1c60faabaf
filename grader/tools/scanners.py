"""Scanners that read a submission as data: bandit and detect-secrets, in an environment of their own."""

from pathlib import Path

from grader.sandbox.api import Sandbox
from grader.tools.installed import installed_tool, locked_version
from grader.tools.tool import Output, run

_REQUIREMENTS = "scanners.txt"
_OUTPUT = 16 << 20


def scanner_version(name: str) -> str:
    """``bandit 1.9.4``: a scanner with the version that is locked."""
    return locked_version(name, _REQUIREMENTS)


def scan(
    module: str,
    arguments: tuple[str, ...],
    *,
    sandbox: Sandbox,
    folder: Path,
    state_dir: Path,
) -> Output:
    """``python -m MODULE ARGUMENTS`` over a folder, which is /submission inside, as a user of the tools'.

    Raises:
        EnvironmentError_: the scanners cannot be installed, or one does not end.
    """
    tool = installed_tool(
        module,
        *arguments,
        requirements=_REQUIREMENTS,
        state_dir=state_dir,
        kind="process" if sandbox.name == "process" else "auto",
        configuration=("bandit.ini", "bandit.yaml"),
        output_limit=_OUTPUT,
        quiet=True,
    )
    return run(tool, sandbox, submission=folder, deps=folder)
