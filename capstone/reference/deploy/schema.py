# FILE SOLUTION 06
"""The schema as a release sees it: each is asked in a process of its own, with its own code."""

import json
import subprocess
from pathlib import Path
from typing import Any

from deploy.errors import DeploymentError
from deploy.target import environment, python

INSIDE = Path(__file__).parent / "inside" / "schema.py"


def collect_static_files(release: Path) -> None:
    """Gather what the release serves below /static/. Raises DeploymentError."""
    settings = ["--settings", "config.settings.testing"]  # which needs no secret
    _run(
        release,
        "manage.py",
        "collectstatic",
        "--no-input",
        "--verbosity",
        "0",
        *settings,
    )


def migrate(release: Path) -> None:
    """Bring the database to where the release wants it. Raises DeploymentError."""
    _run(release, "manage.py", "migrate", "--no-input", "--verbosity", "0")


def leaves(release: Path) -> dict[str, str]:
    """The last migration of each app of a release."""
    found: dict[str, str] = json.loads(_run(release, str(INSIDE), "leaves"))
    return found


def plan(release: Path, to: dict[str, str]) -> dict[str, Any]:
    """What going back to these would do: `undone`, `irreversible`, `displaced` models."""
    found: dict[str, Any] = json.loads(
        _run(release, str(INSIDE), "plan", given=json.dumps(to))
    )
    return found


def undo(release: Path, to: dict[str, str], *, save: Path) -> None:
    """Go back to these; rows that have no place there are in the file `save` then."""
    _run(release, str(INSIDE), "undo", str(save), given=json.dumps(to))


def _run(release: Path, *words: str, given: str = "") -> str:
    done = subprocess.run(  # noqa: S603  our own command
        [python(release), *words],
        cwd=release,
        env=environment(release),
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        what = " ".join(Path(word).name if "/" in word else word for word in words[:2])
        raise DeploymentError(f"{what} of {release.name} failed: {' '.join(last)}")
    return done.stdout
