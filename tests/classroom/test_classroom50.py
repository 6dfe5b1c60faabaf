"""Official scores in the `scores.json` of Classroom 50: kept by its collector, in whole points, with two clocks."""

import json
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from grader.classroom.classroom50 import Bucket, bucket, scores
from grader.classroom.exporting import exported
from grader.classroom.gradebook import Grade
from grader.classroom.journal import Journal
from grader.classroom.judging import judged
from grader.classroom.people import HandIn
from grader.classroom.records import Scored
from grader.domain.errors import UsageError_
from grader.given.roster import Student
from tests.classroom.samples import ASSIGNMENT, measured
from tests.classroom.test_gradebook import decision, entry, grades
from tests.report.parts import HOSTILE
from tests.report.test_classroom50 import RESULT

SHA = "3f9c2a7d1e0b4c5f8a6d9e2b1c0f7a8d5e4b3c2a"
AT = "2026-03-01T13:00:00+01:00"
# A record is a result without its assignment, which is the key; it and an entry may have more keys.
RECORD: dict[str, Any] = RESULT | {
    "additionalProperties": True,
    "required": [name for name in RESULT["required"] if name != "assignment"],
}
SCORES: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": ["schema", "assignments"],
    "properties": {
        "schema": {"const": "classroom50/scores/v1"},
        "assignments": {
            "type": "object",
            "propertyNames": {"pattern": "^[a-z0-9][a-z0-9-]{1,99}$"},
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "required": ["type", "entries"],
                "properties": {
                    "type": {"enum": ["individual", "group"]},
                    "collected_at": {"type": "string"},
                    "entries": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["owner", "submissions"],
                            "properties": {
                                "owner": {"type": "string", "minLength": 1},
                                "override": {"type": "boolean"},
                                "submissions": {"type": "array", "minItems": 1, "items": RECORD},
                            },
                        },
                    },
                },
            },
        },
    },
}


def practice(commit: str, at: str, score: int = 10) -> dict[str, Any]:
    """What the collector took from a learner's own run."""
    return {
        "schema": "classroom50/result/v1",
        "classroom": "cs-web",
        "assignment_type": "individual",
        "owner": "Ada-Example",
        "submission": f"submit/{at}-{commit[:7]}",
        "commit": f"https://github.example/o/r/commit/{commit}",
        "release": f"https://github.example/o/r/releases/tag/{commit[:7]}",
        "review": f"https://github.example/o/r/compare/a...{commit}",
        "datetime": at,
        "score": score,
        "max-score": 12,
        "tests": [],
    }


def as_collected(*records: dict[str, Any]) -> dict[str, Any]:
    found = {"type": "individual", "collected_at": "2026-03-03T00:00:00Z"}
    entries = [{"owner": "Ada-Example", "submissions": list(records)}, {"owner": "zoe", "submissions": [records[0]]}]
    return {"schema": "classroom50/scores/v1", "assignments": {"track-02": {**found, "entries": entries}}}


def given(passed: Iterable[str] = ("domain.one",), commit: str = SHA, **more: object) -> Any:
    return entry("ada", passed=passed, at=AT, measured=measured(tuple(passed), commit=commit, **more))


ADA = Student("ada", github_user="ada-example")


def official(grade: Grade, document: dict[str, Any] | None = None, at: str = "", **more: object) -> dict[str, Any]:
    place = Bucket("cs-web", "track-02", document) if document else Bucket("cs-web", "track-02")
    evidence = measured(("domain.one",), commit=SHA, **more)
    export = scores([(grade, judged(evidence, ASSIGNMENT, ()))], place, {"ada": at} if at else {})
    found: dict[str, Any] = json.loads(export.text)
    jsonschema.validate(found, SCORES)
    return found


def of_ada(document: dict[str, Any]) -> dict[str, Any]:
    entries = document["assignments"]["track-02"]["entries"]
    (found,) = [e for e in entries if e["owner"].lower() == "ada-example"]
    return dict(found)


def ada(passed: Iterable[str] = ("domain.one",), **more: Any) -> Grade:
    return grades([given(passed)], (ADA,), **more)["ada"]


def test_an_official_score_is_an_override() -> None:
    found = of_ada(official(ada()))
    (record,) = found["submissions"]
    assert found["override"] is True
    assert (record["score"], record["max-score"], record["owner"]) == (50, 100, "ada-example")
    assert (record["submission"], record["commit"]) == (f"submit/official-{SHA[:12]}", SHA)
    assert [(t["passed"], t["score"], t["max-score"]) for t in record["tests"]] == [
        (True, 50, 50),
        (False, 0, 30),
        (False, 0, 20),
    ]


def test_when_it_was_handed_in_stays_and_when_it_was_graded_moves() -> None:
    first = of_ada(official(ada()))["submissions"][0]
    again = of_ada(official(ada(), started_at="2026-12-24T18:00:00Z"))["submissions"][0]
    rescored = of_ada(official(ada(), at="2026-12-26T09:00:00Z"))["submissions"][0]
    assert [r["datetime"] for r in (first, again, rescored)] == ["2026-03-01T12:00:00Z"] * 3
    assert [r["graded_at"] for r in (first, again, rescored)] == [
        "2026-11-20T09:30:00Z",
        "2026-12-24T18:00:00Z",
        "2026-12-26T09:00:00Z",
    ]


def test_what_a_learners_own_run_said_stays_beneath_and_never_stands_above() -> None:
    """A later push, or a date in the future, would be shown in the place of the grade."""
    other, future = "a" * 40, "b" * 40
    before = as_collected(
        practice(future, "2027-01-01T00:00:00Z"),
        practice(SHA, "2026-03-01T12:00:00Z"),
        practice(other, "2026-02-01T12:00:00Z"),
    )
    document = official(ada(), before)
    found = of_ada(document)
    first, second = found["submissions"]
    assert (first["score"], first["submission"]) == (50, "submit/2026-03-01T12:00:00Z-3f9c2a7")
    assert first["commit"].endswith(f"/commit/{SHA}")
    assert second["commit"].endswith(other)
    assert [r["commit"][-40:] for r in found["later_submissions"]] == [future]
    bucket_ = document["assignments"]["track-02"]
    assert bucket_["collected_at"] == "2026-03-03T00:00:00Z"
    assert next(e for e in bucket_["entries"] if e["owner"] == "zoe") == before["assignments"]["track-02"]["entries"][1]
    assert found["owner"] == "Ada-Example"


def test_a_second_export_changes_nothing_but_what_is_new() -> None:
    before = as_collected(practice("b" * 40, "2027-01-01T00:00:00Z"), practice(SHA, "2026-03-01T12:00:00Z"))
    once = official(ada(), before)
    assert official(ada(), once) == once
    assert of_ada(official(ada(("domain.one", "domain.three")), once))["submissions"][0]["score"] == 70


def test_other_assignments_are_left_alone() -> None:
    other = {"type": "individual", "entries": []}
    before = {"schema": "classroom50/scores/v1", "assignments": {"track-01": other}}
    assert official(ada(), before)["assignments"]["track-01"] == other


@pytest.mark.parametrize(("value", "whole"), [("49.5", 50), ("49.49", 49), ("0.01", 0), ("150", 100)])
def test_points_are_whole_and_no_more_than_there_are(value: str, whole: int) -> None:
    grade, result = replace(ada(), score=Decimal(value)), judged(measured(("domain.one",)), ASSIGNMENT, ())
    export = scores([(grade, result)], Bucket("cs-web", "track-02"), {})
    document = json.loads(export.text)
    jsonschema.validate(document, SCORES)
    assert of_ada(document)["submissions"][0]["score"] == whole
    assert export.notes == (
        f"ada has {value} points, and {whole} in the file: Classroom 50 takes whole ones up to the full marks.",
    )


def test_a_score_that_a_person_set_has_an_entry_without_tests() -> None:
    grade = grades([], (ADA,), decisions=[decision("override", "", "80")])["ada"]
    document = json.loads(scores([(grade, None)], Bucket("cs-web", "track-02"), {}).text)
    jsonschema.validate(document, SCORES)
    (record,) = of_ada(document)["submissions"]
    assert (record["score"], record["tests"], record["submission"]) == (80, [], "submit/official-without-commit")


def test_who_has_no_grade_or_no_account_is_named_and_keeps_what_is_there() -> None:
    before = as_collected(practice(SHA, "2026-03-01T12:00:00Z"))
    found = grades([given()], (replace(ADA, github_user=""), Student("bo", github_user="bo-example")))
    place = Bucket("cs-web", "track-02", before)
    export = scores([(g, None) for g in found.values()], place, {})
    assert json.loads(export.text) == before
    assert export.notes == (
        "ada is not in the file: Classroom 50 needs github_user in the roster.",
        "bo has no grade (not handed in), and so no official entry.",
    )


def test_no_text_is_a_command_or_breaks_the_file() -> None:
    evidence = measured((), commit=SHA, observed=HOSTILE)
    export = scores([(ada(), judged(evidence, ASSIGNMENT, ()))], Bucket("cs-web", "track-02"), {})
    jsonschema.validate(json.loads(export.text), SCORES)
    assert "##[" not in export.text
    assert not [line for line in export.text.splitlines() if line.lstrip().startswith("::")]


@pytest.mark.parametrize(
    ("classroom", "slug", "said"),
    [(None, "track-02", "is not named"), ("CS Web", "track-02", "no short name"), ("cs-web", "../x", "no short name")],
)
def test_names_that_are_none(classroom: str | None, slug: str, said: str) -> None:
    with pytest.raises(UsageError_, match=said):
        bucket(classroom, slug, None)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"schema": "classroom50/scores/v2"}', '{"a": NaN}'])
def test_a_file_that_is_no_such_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "scores.json").write_text(text)
    with pytest.raises(UsageError_, match=r"is no scores\.json of Classroom 50"):
        bucket("cs-web", "track-02", tmp_path / "scores.json")
    with pytest.raises(UsageError_, match="cannot be read"):
        bucket("cs-web", "track-02", tmp_path / "none.json")


def test_of_a_class(tmp_path: Path) -> None:
    with Journal(tmp_path, create=True) as journal:
        journal.enrol([ADA, Student("bo", github_user="bo-example")])
        kept = measured(("domain.one",), commit=SHA)
        number = journal.hand_in(HandIn("ada", 1, Path("ada.git"), None, SHA))
        journal.record(number, mark="m", basis="b", outcome="measured", at=AT, seconds=1.0, measured=kept)
        journal.note_scores([Scored("ada", "50", "graded", "graded", "Grace", "2026-12-26T09:00:00Z")])
        path, notes = exported(journal, ASSIGNMENT, "classroom50", tmp_path, None, bucket("cs-web", "track-02", None))
    document = json.loads(path.read_text("utf-8"))
    jsonschema.validate(document, SCORES)
    (record,) = of_ada(document)["submissions"]
    assert (path.name, record["score"], record["graded_at"]) == ("scores.json", 50, "2026-12-26T09:00:00Z")
    assert len(notes) == 1
