#!/usr/bin/env python3
"""The entry point of Classroom 50: the public checks of a module, and their result as it wants it.

It lies beside the files of a release (`grader release`), in the bundle of an assignment. Its runner calls it in the
learner's checkout; checks, manifests and the grader are those of the bundle, and of the checkout nothing but the
learner's project counts. Everybody can read a bundle, so it holds nothing hidden, and its score is practice: official
ones come back by `grader export --format classroom50`.

Standard library only, and Python 3.10 or newer to say which one is needed. It ends with 0 if the checks ran, whatever
they found; anything else is no result, which the runner reports as an error and not as a grade.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

SWITCH = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
# What the runner says of the submission. Tokens and whatever else is in the job stay where they are.
SAID = (
    *("CLASSROOM", "ASSIGNMENT", "ASSIGNMENT_TYPE", "OWNER", "USERNAME"),
    *("SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL", "REVIEW_URL"),
)
KEPT = (
    *("PATH", "HOME", "LANG", "TMPDIR", "RUNNER_TEMP", "GRADER_CACHE", "SSL_CERT_FILE", "HTTPS_PROXY", "NO_PROXY"),
    *("PIP_CONFIG_FILE", "PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_NO_INDEX"),
)


def main() -> int:
    """Runs the checks on the project in the current folder; 0 once there is a result."""
    if sys.version_info < (3, 12):  # noqa: UP036 - it is the assignment that says which Python this runs on
        return refused("The course needs Python 3.12 or newer: set `python` in the runtime of the assignment.")
    bundle = Path(os.environ.get("CLASSROOM50_BUNDLE_DIR") or Path(__file__).parent).resolve()
    checkout = Path.cwd()
    starters = sorted(bundle.glob("modules/*/starter"))
    if not starters or not (bundle / "requirements.txt").is_file():
        return refused(f"There is no release beside {Path(__file__).name}: copy one there (grader release).")
    project = checkout / starters[-1].relative_to(bundle)
    if project.is_symlink() or not project.is_dir():
        return refused(f"The project is not where it was given out: {project.relative_to(checkout)} is missing.")
    allow_namespaces()
    env = {name: os.environ[name] for name in (*SAID, *KEPT) if name in os.environ}
    env["SUBMITTED_AT"] = committer_date(checkout)
    place = Path(os.environ.get("RUNNER_TEMP") or tempfile.gettempdir())
    with tempfile.TemporaryDirectory(prefix="checkpoint-", dir=place) as room:
        grader = installed(bundle, Path(room), env)
        if grader is None:
            return refused("The grader could not be installed: the lines above say why.")
        return checked(grader, bundle, project, Path(room) / "out", env)


def checked(grader: Path, bundle: Path, project: Path, out: Path, env: "dict[str, str]") -> int:
    """Runs the checks, and puts what they made where the runner looks for it."""
    words = [str(grader), "check", str(project), "--course", str(bundle), "--out", str(out)]
    words += [word for name in ("json", "markdown", "classroom50", "annotations") for word in ("--format", name)]
    code = subprocess.run(words, cwd=out.parent, env=env, check=False).returncode
    if code not in (0, 1):
        return refused("The checks could not be run: the lines above say why. This is no grade.")
    sys.stdout.write((out / "annotations.txt").read_text("utf-8"))
    replace(Path("result.json"), (out / "classroom50.json").read_text("utf-8"))
    replace(Path("release-body.md"), (out / "summary.md").read_text("utf-8"))
    return 0


def replace(path: Path, text: str) -> None:
    """Writes a file anew: one of that name that a learner committed, or a link, is not written through."""
    if path.is_dir() and not path.is_symlink():
        raise SystemExit(refused(f"The repository has a folder called {path}: take it out, and push again."))
    path.unlink(missing_ok=True)
    path.write_text(text, "utf-8")


def installed(bundle: Path, room: Path, env: "dict[str, str]") -> "Path | None":
    """The command of the grader in an environment of its own, from the bundle's wheel."""
    site = room / "grader"
    make = [sys.executable, "-I", "-m", "venv", str(site)]
    pip = [str(site / "bin/pip"), "install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt"]
    for words in (make, pip):
        if subprocess.run(words, cwd=bundle, env=env, check=False).returncode:
            return None
    return site / "bin/grader"


def committer_date(checkout: Path) -> str:
    """When the commit was made, as it says itself: it stays the same however often it is graded. "" for none."""
    words = ["git", "-c", "safe.directory=*", "-C", str(checkout), "log", "-1", "--no-show-signature", "--format=%cI"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def allow_namespaces() -> None:
    """Ubuntu 24.04 keeps programs from making the namespaces of the sandbox: for the rest of the job it does not.

    Where that is not to be had, the checks run without isolation and say so.
    """
    try:
        refuses = SWITCH.read_text("ascii").strip() == "1"
    except OSError:
        return
    if refuses:
        words = ["sudo", "-n", "sysctl", "-q", "-w", "kernel.apparmor_restrict_unprivileged_userns=0"]
        with suppress(OSError):
            subprocess.run(words, check=False)


def refused(why: str) -> int:
    """Says why there is no result; a line of a workflow's log."""
    sys.stderr.write(f"::error::{why}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
