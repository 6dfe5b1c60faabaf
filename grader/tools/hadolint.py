"""hadolint on a Dockerfile of the submission."""

from grader.sandbox.api import Limits
from grader.tools.tool import Tool

# It is written in Haskell, which reserves a terabyte of addresses and uses none of them.
_LIMITS = Limits(memory_mb=512, processes=16, tmp_mb=16, wall_s=20.0, address_mb=None)
_CONFIGURATION = "hadolint.yaml"
_OPTIONS = ("--no-color", "--format", "json", "--no-fail", "--disable-ignore-pragma")


def hadolint(path: str) -> Tool:
    """Gives a JSON list of findings as output and 0 as status.

    It reads the course's configuration only: neither a .hadolint.yaml nor comments in the file turn a rule off.
    ``EnvironmentError_`` if hadolint is not installed beside the grader.
    """
    arguments = (*_OPTIONS, "--config", f"/tools/{_CONFIGURATION}", f"/submission/{path}")
    return Tool.beside_grader("hadolint", *arguments, configuration=(_CONFIGURATION,), limits=_LIMITS)
