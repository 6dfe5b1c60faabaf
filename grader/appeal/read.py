"""Reads the bundle of an appeal, which comes from a stranger: strictly, within bounds, and believing nothing in it."""

import hashlib
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grader.appeal.claim import MANIFEST, PROJECT, Claim
from grader.domain.errors import SubmissionError, UsageError_
from grader.intake import IntakeLimits, Submission, take_in
from grader.intake.archive import archive_source
from grader.intake.entries import Entry
from grader.intake.names import complaint, shown
from grader.reader.client import NotReadable, read_once

_ANEW = "Ask for the file anew, as `grader appeal` wrote it. What was changed in it is not looked at."
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_ZIP = b"PK\x03\x04"
_LARGEST_MANIFEST = 2 << 20
_PIECE = 1 << 20
_ID_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Appeal:
    """A bundle that was read. ``id`` names its bytes; ``claim`` is what it says, ``work`` the project's files.

    Of all that is claimed only this is known: the files are those of its ``tree_hash``.
    """

    id: str
    path: Path
    claim: Claim
    work: Submission


def read_bundle(path: Path, room: Path) -> Appeal:
    """The appeal in this file; its project is taken in into ``room``, a new folder of ours.

    Raises:
        UsageError_: it cannot be read, is too large, or is not as ``grader appeal`` writes it; says what is not.
    """
    limits = IntakeLimits()
    copy = room / "bundle.zip"
    digest = _copied(path, copy, limits)
    try:
        members = _manifest_and_names(copy, limits)
        claim = _claim(path, members[0])
        work = take_in(copy, into=room / "work", folder=PROJECT, slug=claim.assignment, limits=limits)
    except SubmissionError as problem:
        raise UsageError_(f"{shown(str(path))} is no appeal that can be read: {problem.message}", _ANEW) from None
    if len(work.files) != members[1]:
        named = next(iter(work.left_out), "a file that tools make")
        raise _wrong(path, f"it holds what no submission has ({named})")
    if work.tree_hash != claim.tree_hash:
        raise _wrong(path, "its files are not those of the tree that it names")
    return Appeal(digest[:_ID_DIGITS], path, claim, work)


def _wrong(path: Path, what: str) -> UsageError_:
    return UsageError_(f"{shown(str(path))} is not as it was written: {what}", _ANEW)


def _copied(path: Path, copy: Path, limits: IntakeLimits) -> str:
    """A copy of ours, so that all is read of the same bytes; gives their SHA-256."""
    digest, left = hashlib.sha256(), limits.archive_bytes + 1
    try:
        with os.fdopen(os.open(path, _FILE), "rb") as file, copy.open("xb") as ours:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UsageError_(f"{shown(str(path))} is no file", "Name the file that `grader appeal` wrote.")
            while left and (piece := file.read(min(_PIECE, left))):
                left -= len(piece)
                digest.update(piece)
                ours.write(piece)
    except OSError as problem:
        raise UsageError_(
            f"{shown(str(path))} cannot be read: {problem.strerror}", "Name the file that `grader appeal` wrote."
        ) from None
    if not left:
        raise UsageError_(f"{shown(str(path))} is larger than {limits.archive_bytes >> 20} MB", _ANEW)
    with copy.open("rb") as ours:
        if ours.read(len(_ZIP)) != _ZIP:
            raise _wrong(path, "it is no zip")
    return digest.hexdigest()


def _manifest_and_names(copy: Path, limits: IntakeLimits) -> tuple[bytes, int]:
    """What `appeal.json` has, and how many files of a project there are.

    Raises:
        SubmissionError: one of them is missing, or there is anything else.
    """
    with archive_source(copy, limits) as source:
        found = [entry for entry in source.entries if entry.path == MANIFEST]
        rest = [entry for entry in source.entries if entry.path != MANIFEST]
        if not found or not rest:
            raise SubmissionError(f"there is no {MANIFEST if not found else f'{PROJECT}/'} in it")
        for entry in rest:
            if why := _odd(entry):
                raise SubmissionError(f"{shown(entry.path)} does not belong in it: {why}")
        if found[0].oddity or found[0].size > _LARGEST_MANIFEST:
            raise SubmissionError(f"{MANIFEST} is too large, or no file")
        for _, pieces in source.contents(found):  # gone once the next is asked for
            return _bounded(pieces or ()), len(rest)
    raise SubmissionError(f"{MANIFEST} cannot be read")


def _bounded(pieces: Iterable[bytes]) -> bytes:
    """What really arrives is counted: what was announced may be a lie."""
    data = b""
    for piece in pieces:
        data += piece
        if len(data) > _LARGEST_MANIFEST:
            raise SubmissionError(f"{MANIFEST} is too large")
    return data


def _odd(entry: Entry) -> str:
    if entry.oddity:
        return entry.oddity
    top, _, path = entry.path.partition("/")
    if top != PROJECT:
        return f"only {MANIFEST} and {PROJECT}/ do"
    return next(filter(None, map(complaint, path.split("/"))), "")


def _claim(path: Path, data: bytes) -> Claim:
    try:
        return msgspec.convert(read_once("json", data), Claim)
    except NotReadable as problem:
        raise _wrong(path, f"{MANIFEST} is no JSON: {problem.text}") from None
    except msgspec.ValidationError as problem:
        raise _wrong(path, f"{MANIFEST}: {shown(str(problem))}") from None
