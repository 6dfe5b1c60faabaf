"""The grader itself as a wheel, for whoever is to have it without this repository."""

import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from grader.domain.errors import UsageError_

_SOURCES = Path(__file__).parents[2]
_WITHIN_S = 120


@cache
def own_wheel() -> tuple[str, bytes]:
    """The file name and the content, built from the sources that this program runs from; the same each time.

    Raises:
        UsageError_: it runs from no sources, or what builds wheels is not installed.
    """
    if not (_SOURCES / "pyproject.toml").is_file():
        raise UsageError_("this grader was installed without its sources", "Release from a clone: `make setup` first.")
    with tempfile.TemporaryDirectory(prefix="track-wheel-") as room:
        command = [_builder(), "build", "--wheel", "--quiet", "--no-config", "--no-build-isolation", "--offline"]
        try:
            done = subprocess.run(
                [*command, "--python", sys.executable, "--out-dir", room, str(_SOURCES)],
                capture_output=True,
                timeout=_WITHIN_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _not_built(f"it took longer than {_WITHIN_S} s") from None
        wheel = next(Path(room).glob("*.whl"), None)
        if done.returncode or wheel is None:
            raise _not_built(" ".join(done.stderr.decode("utf-8", "replace").split())[-300:])
        return wheel.name, wheel.read_bytes()


def _builder() -> str:
    """The program of uv, which is one of the tools for work on the course and no part of grading."""
    try:
        import uv
    except ImportError:
        raise _not_built("uv is not installed") from None
    return uv.find_uv_bin()


def _not_built(why: str) -> UsageError_:
    return UsageError_(f"the grader's wheel could not be built: {why}", "Run `make setup`, then release again.")
