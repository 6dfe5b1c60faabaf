"""Evidence of a class, recorded rather than measured, and a program that stands in for a grading."""

import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from grader.domain.course import Module
from grader.domain.evidence import Evidence, Observation
from grader.domain.status import Status
from grader.pipeline import Assignment, Measured
from tests.report.parts import PROVENANCE, criterion

MODULE = Module(
    2,
    "02-domain-modeling",
    "Domain modeling",
    60,
    (
        criterion("domain.one", "One thing holds", 50, 1, hint="Look at one."),
        criterion("domain.two", "Another holds", 30, 2, requires=("domain.one",)),
        criterion("domain.three", "A third holds", 20, 3),
        criterion("domain.read", "It reads well", 0, 4, manual=True),
    ),
)
ASSIGNMENT = Assignment(MODULE, Path("public"), Path("hidden"), Path("lock"))
ALL = ("domain.one", "domain.two", "domain.three")


def measured(
    passed: Collection[str] = ALL,
    *,
    errored: Collection[str] = (),
    module: Module = MODULE,
    observed: str = "nothing",
    **provenance: object,
) -> Measured:
    """Evidence in which these criteria pass and all others fail, or could not be measured."""
    seen = tuple(
        Observation(
            f"task::{c.id}",
            c.id,
            "It does what the brief says.",
            Status.PASSED if c.id in passed else Status.ERRORED if c.id in errored else Status.FAILED,
            expected="something",
            observed=observed,
            fault="SECRET-FAULT" if c.id in errored else "",
        )
        for c in module.criteria
        if not c.manual
    )
    evidence = Evidence(seen, sandbox="bubblewrap", isolated=True)
    return Measured(evidence, replace(PROVENANCE, **provenance), "full", ())  # type: ignore[arg-type]


STAND_IN = r"""
import json, os, signal, sys, time
from pathlib import Path
job = json.loads(sys.stdin.buffer.read())
source = Path(job["source"])
answers = Path(sys.argv[1])
with open(answers / "begun", "a") as log:
    log.write(source.name + "\n")
do = (source / "do").read_text() if (source / "do").is_file() else "answer"
if do == "hang":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)
if do == "crash":
    sys.stderr.write("Killed by \x1b[31mthe kernel\n")
    os.kill(os.getpid(), signal.SIGKILL)
if do == "kill worker":
    os.kill(os.getppid(), signal.SIGKILL)
begun = (answers / "begun").read_text().split()
if do == "crash once" and begun.count(source.name) == 1:
    os.kill(os.getpid(), signal.SIGKILL)
if do == "flood":
    sys.stdout.write("x" * (20 << 20))
    sys.exit(0)
if do.startswith("error "):
    _, kind, message = do.split(" ", 2)
    print(json.dumps({"error": kind, "message": message, "hint": "Do this."}))
    sys.exit(0)
if do.startswith("sleep ") and not (do.endswith(" once") and begun.count(source.name) > 1):
    time.sleep(float(do.split()[1]))
answer = answers / (source.name + ".json")
sys.stdout.buffer.write((answer if answer.is_file() else answers / "default.json").read_bytes())
with open(answers / "ended", "a") as log:
    log.write(source.name + "\n")
"""


def stand_in(answers: Path) -> tuple[str, ...]:
    """A program that answers with files of that folder, or does what the file ``do`` of the submission says."""
    return (sys.executable, "-I", "-S", "-c", STAND_IN, str(answers))


def class_of(folder: Path, **doing: str) -> Path:
    """A folder of submissions: what each does, by its name."""
    for name, do in doing.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "do").write_text(do)
    return folder
