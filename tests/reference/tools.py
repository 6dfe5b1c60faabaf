"""Tools that judge the delivery files, each in an environment of its own that is made on first use."""

import subprocess
import sys
from pathlib import Path

from grader.environment.install import site_for
from grader.tools.tool import CONFIGURATION

_REQUIREMENTS = Path(__file__).parent / "requirements"


def tool(name: str, state_dir: Path) -> Path:
    """The folder with this tool's packages, installed by hash: as the grader has it, if a gate runs it too."""
    own = CONFIGURATION / f"{name}.txt"
    text = (own if own.exists() else _REQUIREMENTS / f"{name}.txt").read_text("utf-8")
    return site_for(text, cache=state_dir / "environments", what=name, progress=lambda _: None)


def run_tool(site: Path, script: str, *words: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """A tool of such a folder, by the name of its script: on these words, in this folder."""
    base = str(getattr(sys, "_base_executable", None) or sys.executable)
    return subprocess.run(
        [base, "-S", str(site / "bin" / script), *words],  # nothing of this machine's own, which may write there
        cwd=cwd,
        env={"PYTHONPATH": str(site), "PATH": "/usr/bin:/bin", "HOME": str(cwd.parent), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def run(*words: str, cwd: Path) -> str:
    """What a command of the machine says; an AssertionError with it if it does not end well."""
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr
