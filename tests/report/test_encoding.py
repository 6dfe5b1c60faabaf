"""`result.json`: there and back, strictly, and as its published schema says."""

import json
import os
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from grader.domain.errors import UsageError_
from grader.report import REPORTS, decode, encode
from grader.report.encoding import schema, schema_text
from tests.report.samples import SAMPLES
from tests.report.samples.graded import mixed

PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas" / "result-v2.json"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_result_survives_and_is_valid(name: str) -> None:
    result = SAMPLES[name]()
    data = encode(result)
    assert decode(data) == result
    jsonschema.Draft202012Validator(schema()).validate(json.loads(data))


def test_the_published_schema_is_the_current_one() -> None:
    """Record it anew with RECORD_GOLDEN=1."""
    if os.environ.get("RECORD_GOLDEN"):
        PUBLISHED.write_text(schema_text(), "utf-8")
    assert PUBLISHED.read_text("utf-8") == schema_text()
    jsonschema.Draft202012Validator.check_schema(json.loads(PUBLISHED.read_text("utf-8")))


def test_every_type_of_the_schema_says_what_it_is() -> None:
    assert not [name for name, definition in schema()["$defs"].items() if not definition.get("description")]


def changed(path: str, value: object) -> bytes:
    tree = json.loads(encode(mixed()))
    *way, last = path.split(".")
    node = tree
    for step in way:
        node = node[int(step) if step.isdigit() else step]
    node[last] = value
    return json.dumps(tree).encode()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("score", "68"),
        ("score", 68.5),
        ("graded", 1),
        ("extra", 1),
        ("criteria.0.extra", 1),
        ("criteria.0.observations.0.extra", None),
        ("criteria.0.status", "won"),
        ("provenance.extra", {}),
        ("schema", "django-track/result/v3"),
    ],
)
def test_anything_else_is_refused_in_words_and_by_the_schema(path: str, value: object) -> None:
    data = changed(path, value)
    with pytest.raises(UsageError_) as caught:
        decode(data)
    assert caught.value.hint
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(data), schema())


@pytest.mark.parametrize("version", ["django-track/result/v3", "x" * 10_000, ""])
def test_an_unknown_version_is_told_whatever_form_it_has(version: str) -> None:
    """What a later version leaves out is no mistake in it."""
    with pytest.raises(UsageError_, match="this grader reads 'django-track/result/v1' and") as caught:
        decode(json.dumps({"schema": version, "parts": []}).encode())
    assert len(caught.value.message) < 300
    assert "grade the submission again" in caught.value.hint


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"schema": NaN}', b"null"])
def test_what_is_no_result_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError_, match="not a result"):
        decode(data)


def test_a_lone_surrogate_does_not_stop_the_report() -> None:
    data = encode(replace(mixed(), notices=("caf\udce9.txt was left out",)))
    assert decode(data).notices == ("caf\ufffd.txt was left out",)


def test_a_result_of_before_unmeasured_still_reads() -> None:
    tree = json.loads(encode(mixed()))
    del tree["unmeasured"]
    assert decode(json.dumps(tree).encode()) == mixed()


def test_a_result_of_before_the_reasons_were_told_still_renders() -> None:
    """Version 1 once had no ``unofficial_because``."""
    old = json.loads(encode(SAMPLES["practice"]()))
    del old["provenance"]["unofficial_because"]
    result = decode(json.dumps(old).encode())
    assert result.provenance.unofficial_because == ()
    for report in REPORTS.values():
        assert report.render(result)
    assert "Unofficial: An official result needs" in REPORTS["html"].render(result)


@pytest.mark.parametrize("name", ["mixed", "practice"])
def test_a_result_of_version_1_still_renders(name: str) -> None:
    """The stored files were written by the grader that knew version 1 alone."""
    stored = (Path(__file__).parent / "data" / f"v1-{name}.json").read_bytes()
    jsonschema.validate(json.loads(stored), json.loads(PUBLISHED.with_name("result-v1.json").read_text("utf-8")))
    result = decode(stored)
    assert result == SAMPLES[name]()
    assert result.heading == "Module 02 · Domain modeling"
    assert all(report.render(result) for report in REPORTS.values())


@pytest.mark.parametrize(
    ("key", "value"),
    [("module", "2"), ("module_slug", None), ("gates", [{}]), ("extra", 1), ("assignment", "x"), ("score", "1")],
)
def test_what_only_says_that_it_is_of_version_1_is_refused(key: str, value: object) -> None:
    stored = json.loads((Path(__file__).parent / "data" / "v1-mixed.json").read_bytes())
    with pytest.raises(UsageError_, match=r"not a result|of schema"):
        decode(json.dumps(stored | {key: value}).encode())
