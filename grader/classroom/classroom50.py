"""Official scores for Classroom 50: entries of a classroom's `scores.json` that its collector leaves as they are.

The collector keeps an entry with ``override: true`` word for word. What learners' own runs said stays beneath the
official result, so that whoever takes an entry back has their history.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from grader.classroom.exports import Export
from grader.classroom.gradebook import Grade
from grader.domain.errors import UsageError_
from grader.domain.result import Result
from grader.given.names import key
from grader.intake.names import shown
from grader.reader.client import NotReadable, read_once
from grader.report import escape
from grader.report.classroom50 import SCHEMA, TAG, in_utc, tests_of

FILE = "scores.json"
SCORES = "classroom50/scores/v1"
_LATER = "later_submissions"  # ours: an entry may have more keys, and its collector keeps them
_LARGEST = 64 << 20
_SHORT_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,99}")
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where the scores go: an assignment of a classroom, in the ``document`` that its `scores.json` is now."""

    classroom: str
    assignment: str
    document: Mapping[str, Any] = field(default_factory=lambda: {"schema": SCORES, "assignments": {}})


def bucket(classroom: str | None, assignment: str, scores: Path | None) -> Bucket:
    """The place of these names; ``scores`` is the classroom's `scores.json`, if there is one already.

    Raises:
        UsageError_: a name is none that Classroom 50 has, or the file is no such file.
    """
    for option, name in (("--classroom", classroom or ""), ("--assignment", assignment)):
        if not _SHORT_NAME.fullmatch(name):
            said = f"{shown(name)} is no short name" if name else "the classroom is not named"
            raise UsageError_(said, f"Write it as the folder in the classroom50 repository is called: {option} cs-web.")
    empty = Bucket(classroom or "", assignment)
    return empty if scores is None else Bucket(classroom or "", assignment, _document(scores))


def _document(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        found = read_once("json", data) if len(data) <= _LARGEST else None
    except OSError as problem:
        raise UsageError_(
            f"{path} cannot be read: {problem.strerror}", "Name the scores.json of the classroom."
        ) from None
    except NotReadable:
        found = None
    if not isinstance(found, dict) or found.get("schema") != SCORES or not isinstance(found.get("assignments"), dict):
        raise UsageError_(f"{path} is no scores.json of Classroom 50 ({SCORES})", "Fetch it anew, and name it again.")
    return found


def scores(graded: Iterable[tuple[Grade, Result | None]], place: Bucket, changed: Mapping[str, str]) -> Export:
    """The whole file with the official scores in it. ``changed`` has by student when the score was last another.

    Who has no grade keeps the entry that there is, or gets none.
    """
    assignments = dict(place.document["assignments"])
    before = assignments.get(place.assignment)
    kept: Record = dict(before) if isinstance(before, dict) else {"type": "individual", "entries": []}
    entries = {_owner(e): e for e in kept.get("entries") or [] if isinstance(e, dict)}
    notes: list[str] = []
    for grade, result in graded:
        owner = grade.student.github_user
        if why := _left_out(grade):
            notes.append(why)
            continue
        entry, said = _entry(grade, result, place, entries.get(owner.lower(), {"owner": owner}), kept["type"], changed)
        entries[owner.lower()] = entry
        notes += said
    assignments[place.assignment] = {**kept, "entries": list(entries.values())}
    document = {**place.document, "assignments": assignments}
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    encoded = escape.visible(text).encode("utf-8", "replace")
    return Export(FILE, escape.json(encoded).decode("utf-8"), tuple(notes))


def _owner(entry: Record) -> str:
    return str(entry.get("owner") or "").strip().lower()


def _left_out(grade: Grade) -> str:
    """Why somebody has no official entry; "" for who gets one."""
    who = escape.one_line(grade.student.id)
    if not grade.student.enrolled:
        return f"{who} is not in the roster, and so not in the file."
    if not grade.student.github_user:
        return f"{who} is not in the file: Classroom 50 needs github_user in the roster."
    return f"{who} has no grade ({grade.status}), and so no official entry." if grade.score is None else ""


def _entry(
    grade: Grade, result: Result | None, place: Bucket, before: Record, kind: str, changed: Mapping[str, str]
) -> tuple[Record, list[str]]:
    """The entry of one owner, with what was there before in it; and sentences on what could not be said exactly."""
    history = [r for name in ("submissions", _LATER) for r in before.get(name) or [] if isinstance(r, dict)]
    commit = result.provenance.commit if result is not None else None
    same = next((r for r in history if commit and str(r.get("commit", "")).rpartition("/")[2] == commit), None)
    record, notes = _record(grade, result, place, same, kind, changed)
    others = [r for r in history if r is not same and not _is_of(r, record)]
    earlier = [r for r in others if str(r.get("datetime", "")) <= record["datetime"]]
    later = [r for r in others if r not in earlier]
    entry: Record = {k: v for k, v in before.items() if k != _LATER}
    entry |= {"override": True, "submissions": [record, *earlier]}
    return entry | ({_LATER: later} if later else {}), notes


def _is_of(other: Record, record: Record) -> bool:
    """Whether it is the official result of the same submission, from an earlier export."""
    return other.get("official") is True and other.get("submission") == record["submission"]


def _record(
    grade: Grade, result: Result | None, place: Bucket, same: Record | None, kind: str, changed: Mapping[str, str]
) -> tuple[Record, list[str]]:
    commit = result.provenance.commit if result is not None else None
    tag = f"{TAG}official-{commit[:12] if commit else 'without-commit'}"
    of_commit = same or {}
    links = {n: str(of_commit.get(n) or commit or tag) for n in ("commit", "release", "review")}
    score, notes = _whole(grade)
    return {
        "schema": SCHEMA,
        "classroom": place.classroom,
        "assignment_type": kind,
        "owner": grade.student.github_user,
        "submission": str(of_commit.get("submission") or tag),
        **links,
        **_times(grade, result, of_commit, changed),
        "score": score,
        "max-score": grade.max_score,
        "tests": [] if result is None else [*tests_of(result)],
        "official": True,
    }, notes


def _times(grade: Grade, result: Result | None, of_commit: Record, changed: Mapping[str, str]) -> dict[str, str]:
    """When it was handed in, which stays, and when it was graded, which moves with every grading and new score."""
    measured = in_utc(result.provenance.started_at) if result is not None else ""
    scored = in_utc(changed.get(key(grade.student.id), ""))
    graded_at = max(measured, scored) or in_utc(grade.override.at if grade.override else "")
    handed_in = in_utc(grade.attempt.submitted_at) or in_utc(str(of_commit.get("datetime", "")))
    return {"datetime": handed_in or measured or graded_at, "graded_at": graded_at}


def _whole(grade: Grade) -> tuple[int, list[str]]:
    """The score in whole points, halves upwards, and never more than there are."""
    score = grade.score or Decimal(0)
    whole = min(int(score.quantize(Decimal(1), ROUND_HALF_UP)), grade.max_score)
    if whole == score:
        return whole, []
    who = escape.one_line(grade.student.id)
    return whole, [
        f"{who} has {score} points, and {whole} in the file: Classroom 50 takes whole ones up to the full marks."
    ]
