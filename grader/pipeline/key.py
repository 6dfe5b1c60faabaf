"""What evidence depends on, as one hash: what differs in any of it is measured anew."""

import hashlib
import platform
import sys
from dataclasses import asdict
from functools import cache
from pathlib import Path

import msgspec

from grader import __version__
from grader.domain.layout import Layout
from grader.environment import Environment
from grader.intake import Submission
from grader.pipeline.assignment import Assignment
from grader.pipeline.job import Options

# Reports, the command line and what keeps the course can change no evidence.
_ROOMS = (
    "agent",
    "checkpoint",
    "domain",
    "environment",
    "gates",
    "intake",
    "pipeline",
    "reader",
    "sandbox",
    "scoring",
    "stage",
    "tools",
)
_FORM = 2  # of what is stored: a change of it makes all that is stored unreadable


def evidence_key(
    submission: Submission, environment: Environment, assignment: Assignment, options: Options, layout: Layout
) -> str:
    """Names the evidence of this submission, measured in this way by this grader on this machine. SHA-256, in hex.

    Where no seed was given, the first that was drawn stands for all: the same work again has no second throw.
    """
    facts = {
        "form": _FORM,
        "tree": submission.tree_hash,
        "checks": checks_hash(assignment.checks(public_only=options.public_only)),
        "criteria": [criterion.id for criterion in assignment.module.criteria],
        "metrics": sorted({gate.metric for gate in assignment.module.gates}),
        "course_lock": _hash(*sorted(p for p in assignment.course_lock.iterdir() if p.is_file())),
        "environment": [environment.origin, environment.key],
        "layout": asdict(layout),
        "how": [options.sandbox, options.database, options.mode, options.public_only, options.criteria],
        "seed": "drawn" if options.seed is None else options.seed,
        "grader": [__version__, code_hash()],
        "tools": _tools(),
        "machine": [platform.python_version(), platform.machine(), platform.system()],
    }
    return hashlib.sha256(msgspec.json.encode(facts, enc_hook=str, order="deterministic")).hexdigest()


def checks_hash(folders: tuple[Path, ...]) -> str:
    """SHA-256 over the names and bytes of all checks in these folders and the shared files beside them."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(p for p in (*folder.rglob("*.py"), *folder.parent.glob("*.py"))):
            digest.update(path.relative_to(folder.parent).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@cache
def code_hash() -> str:
    """SHA-256 over the grader's own code, as far as it can change what is measured."""
    return _hash(*measuring_code())


def measuring_code() -> list[Path]:
    """The grader's own modules that can change what is measured."""
    home = Path(__file__).parents[1]
    return sorted(path for room in _ROOMS for path in (home / room).rglob("*.py"))


@cache
def _tools() -> list[str]:
    """Names and versions of what is installed beside the grader: its servers and the tools that checks use."""
    places = {Path(entry) for entry in sys.path if entry.endswith("site-packages")}
    return sorted(found.stem for place in places for found in place.glob("*.dist-info"))


def _hash(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
