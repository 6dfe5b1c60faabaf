"""Writes the bundle of an appeal: one zip with what is claimed and the project's files, the same bytes each time."""

import io
import os
import zipfile
from pathlib import Path

import msgspec

from grader.appeal.claim import (
    LONGEST_TEXT,
    MANIFEST,
    MOST_CASES,
    MOST_LEFT_OUT,
    PROJECT,
    SCHEMA,
    Case,
    Claim,
    Run,
    Says,
)
from grader.domain.errors import UsageError_
from grader.domain.evidence import Observation
from grader.domain.result import CriterionResult, Result
from grader.domain.status import Status
from grader.domain.text import clip, visible
from grader.intake import Submission
from grader.report import for_learners

_LONGEST_LINE = 380
_TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip can have: the same appeal is the same file
_UNIX = 3


def claim_of(result: Result, criterion: CriterionResult, says: Says, argument: str, work: Submission) -> Claim:
    """What is said of the criterion, with no more of the evidence than its learner may see."""
    shown = next(c for c in for_learners(result).criteria if c.id == criterion.id)
    told = result.provenance
    ordered = sorted(shown.observations, key=lambda o: o.status is not Status.FAILED)
    return Claim(
        schema=SCHEMA,
        assignment=result.assignment,
        criterion=criterion.id,
        title=_line(criterion.title),
        says=says,
        argument=argument,
        commit=work.commit or "",
        tree_hash=work.tree_hash,
        run=Run(
            grader_version=told.grader_version,
            checks_hash=told.checks_hash,
            seed=told.seed,
            scope="public" if result.scope == "public" else "full",
            database=told.database,
            sandbox=told.sandbox,
            environment=told.environment,
            python=told.python,
            official=told.official,
            started_at=told.started_at,
        ),
        cases=tuple(map(_case, ordered[:MOST_CASES])),
        left_out=tuple(_line(f"{path}: {why}") for path, why in list(work.left_out.items())[:MOST_LEFT_OUT]),
    )


def _case(seen: Observation) -> Case:
    return Case(
        check=_line(seen.check),
        sentence=_text(seen.sentence),
        status=seen.status,
        expected=_text(seen.expected),
        observed=_text(seen.observed),
        where=_line(str(seen.where or "")),
        cause=_text(seen.cause),
        traceback=_text(seen.traceback),
        output=_text(seen.output),
        public=seen.public,
    )


def _text(text: str) -> str:
    return clip(visible(text), LONGEST_TEXT)


def _line(text: str) -> str:
    return visible(text)[:_LONGEST_LINE]


def bundle(claim: Claim, work: Submission) -> bytes:
    """The zip: `appeal.json`, and the files below `project/`."""
    manifest = msgspec.json.format(msgspec.json.encode(claim), indent=2) + b"\n"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_member(MANIFEST, executable=False), manifest)
        for path in work.files:
            file = work.root / path
            executable = bool(file.stat().st_mode & 0o100)
            archive.writestr(_member(f"{PROJECT}/{path}", executable=executable), file.read_bytes())
    return buffer.getvalue()


def _member(name: str, *, executable: bool) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _TIME)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.create_system = _UNIX
    member.external_attr = (0o100755 if executable else 0o100644) << 16
    return member


def refuse_taken(path: Path) -> None:
    """Raise ``UsageError_`` if there is something of this name, or no folder that it could be in."""
    if os.path.lexists(path):
        raise _taken(path)
    if not path.parent.is_dir():
        raise UsageError_(f"there is no folder {path.parent}", "Make it, or name another file: --out FILE.")


def _taken(path: Path) -> UsageError_:
    return UsageError_(
        f"{path} is there already", "Delete it, or name another file: --out FILE. Nothing is overwritten."
    )


def write_bundle(path: Path, content: bytes) -> None:
    """Write the file, whole or not at all.

    Raises:
        UsageError_: it is there already, or cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    except FileExistsError:
        raise _taken(path) from None
    except OSError as problem:
        raise UsageError_(f"{path} cannot be written: {problem.strerror}", "Name another file: --out FILE.") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except OSError as problem:
        path.unlink(missing_ok=True)
        raise UsageError_(f"{path} cannot be written: {problem.strerror}", "Make room, or name another file.") from None
