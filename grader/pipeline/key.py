"""What evidence depends on, as one hash: what differs in any of it is measured anew."""

import hashlib
import platform
import sys
from collections.abc import Iterator
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
    submission: Submission,
    environment: Environment,
    assignment: Assignment,
    options: Options,
    layout: Layout,
    tip: str = "",
) -> str:
    """Names the evidence of this submission, measured in this way by this grader on this machine. SHA-256, in hex.

    ``tip`` is the commit that the submission's history ends with, where it came with one. Where no seed was given, the
    first that was drawn stands for all: the same work again has no second throw.
    """
    facts = {
        "form": _FORM,
        "tree": submission.tree_hash,
        "left out": dict(submission.left_out),
        "checks": checks_hash(assignment.checks(public_only=options.public_only)),
        "criteria": [criterion.id for criterion in assignment.module.criteria],
        "metrics": sorted({gate.metric for gate in assignment.module.gates}),
        "course_lock": _hash(*sorted(p for p in assignment.course_lock.iterdir() if p.is_file())),
        "environment": [environment.origin, environment.key],
        "layout": asdict(layout),
        "history": tip,
        "advisories": [a.date, a.sha256, a.live] if (a := assignment.advisories) else None,
        "how": [options.sandbox, options.database, options.mode, options.public_only],
        "part": [options.criteria, options.checks, options.gates],
        "seed": "drawn" if options.seed is None else options.seed,
        "grader": [__version__, code_hash()],
        "tools": _tools(),
        "machine": [platform.python_version(), platform.machine(), platform.system()],
    }
    return hashlib.sha256(msgspec.json.encode(facts, enc_hook=str, order="deterministic")).hexdigest()


def checks_hash(folders: tuple[Path, ...]) -> str:
    """SHA-256 over the names and bytes of all files in these folders and of the shared ones beside them."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted({*written(folder), *(p for p in written(folder.parent) if p.parent == folder.parent)}):
            digest.update(path.relative_to(folder.parent).as_posix().encode() + b"\0")
            digest.update(_digest(path))
    return digest.hexdigest()


@cache
def code_hash(rooms: tuple[str, ...] = _ROOMS) -> str:
    """SHA-256 over the grader's own files in these rooms: those that can change what is measured."""
    home = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in measuring_files(rooms):
        digest.update(path.relative_to(home).as_posix().encode() + b"\0" + _digest(path))
    return digest.hexdigest()


def measuring_files(rooms: tuple[str, ...] = _ROOMS) -> list[Path]:
    """The grader's own files that can change what is measured: its modules, and the configuration of its tools."""
    home = Path(__file__).parents[1]
    return sorted(path for room in rooms for path in written(home / room))


def written(folder: Path) -> Iterator[Path]:
    """All files in a folder and below it, but for what Python, its tools and editors leave there."""
    for above, folders, names in folder.walk():
        folders[:] = [name for name in folders if name != "__pycache__" and not name.startswith(".")]
        yield from (above / name for name in names if not name.startswith("."))


@cache
def _tools() -> list[str]:
    """Names and versions of what is installed beside the grader: its servers and the tools that checks use."""
    places = {Path(entry) for entry in sys.path if entry.endswith("site-packages")}
    return sorted(found.stem for place in places for found in place.glob("*.dist-info"))


def _hash(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + _digest(path))
    return digest.hexdigest()


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()
