"""What is read out of OpenAPI documents: the floor, drift, breaking changes, and documents that are refused."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.gates.contract import documentation
from grader.gates.contract.breaking import breaking_changes
from grader.gates.contract.document import Document, NoDocument, committed, read
from grader.gates.contract.drift import differences
from grader.gates.contract.findings import Exercised, failures
from grader.gates.contract.served import Answered
from tests.gates.contract_project import DOCUMENT, NOTE, PROBLEM, answer, changed, operation

LIST = ("paths", "/api/notes/", "get")
ONE = ("paths", "/api/notes/{id}/", "get")
POST = {
    **DOCUMENT,
    "paths": {
        "/api/notes/": {
            "post": operation(
                "add_note",
                {"201": answer(NOTE, {"id": 1, "text": "a"}), "400": PROBLEM, "401": PROBLEM},
                security=[{"session": []}],
                requestBody={
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["text"],
                                "properties": {"text": {"type": "string"}, "kind": {"enum": ["a", "b"]}},
                            },
                            "example": {"text": "a"},
                        }
                    }
                },
            )
        }
    },
}
ADD = ("paths", "/api/notes/", "post")
SENT = (*ADD, "requestBody", "content", "application/json")
# For each rule of the floor, the one change that breaks it.
BELOW: dict[str, dict[str, Any]] = {
    "summary": changed(*LIST, "summary", to=" "),
    "security": changed(*LIST, "security", to=None),
    "catch-all": changed(*LIST, "responses", "default", to=PROBLEM),
    "success": changed(*LIST, "responses", to={"400": PROBLEM}),
    "errors": changed(*LIST, "responses", "400", to=None),
    "refusal": changed(*LIST, "security", to=[{"session": []}]),
    "error-body": changed(*LIST, "responses", "400", to={"description": "Wrong."}),
    "any-body": changed(*ONE, "responses", "200", to=answer({}, {"id": 1})),
    "request-example": changed(*SENT, "example", to=None, of=POST),
    "response-example": changed(*ONE, "responses", "200", "content", "application/json", "example", to=None),
}
# For each rule, what changes and where: the first document is the one that clients know.
BREAKING: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "operation-removed": (DOCUMENT, changed(*ONE, to=None)),
    "success-removed": (DOCUMENT, changed(*LIST, "responses", "200", to=None)),
    "media-type-removed": (DOCUMENT, changed(*ONE, "responses", "200", "content", to={"text/plain": {}})),
    "parameter-required": (
        DOCUMENT,
        changed(
            *LIST, "parameters", to=[{"name": "limit", "in": "query", "required": True, "schema": {"type": "integer"}}]
        ),
    ),
    "parameter-type": (
        DOCUMENT,
        changed(*LIST, "parameters", to=[{"name": "limit", "in": "query", "schema": {"type": "boolean"}}]),
    ),
    "body-required": (POST, changed(*ADD, "requestBody", "required", to=True, of=POST)),
    "property-required": (POST, changed(*SENT, "schema", "required", to=["text", "kind"], of=POST)),
    "request-type": (POST, changed(*SENT, "schema", "properties", "text", to={"type": "integer"}, of=POST)),
    "request-value-removed": (POST, changed(*SENT, "schema", "properties", "kind", to={"enum": ["a"]}, of=POST)),
    "property-removed": (
        DOCUMENT,
        changed(
            *ONE,
            "responses",
            "200",
            to=answer({"type": "object", "properties": {"id": {"type": "integer"}}}, {"id": 1}),
        ),
    ),
    "response-type": (
        DOCUMENT,
        changed(
            *ONE,
            "responses",
            "200",
            to=answer({"type": "object", "properties": {"id": {"type": "string"}, "text": {"type": "string"}}}, {}),
        ),
    ),
    "response-value-added": (
        changed(*ONE, "responses", "200", to=answer({"enum": ["a"]}, "a")),
        changed(*ONE, "responses", "200", to=answer({"enum": ["a", "b"]}, "a")),
    ),
    "security-added": (DOCUMENT, changed(*LIST, "security", to=[{"session": []}])),
}
HARMLESS = [
    changed("info", "title", to="Other"),
    changed(*LIST, "responses", "429", to=PROBLEM),
    changed(*LIST, "parameters", to=[]),
    changed("paths", "/api/more/", to={"get": operation("more", {"200": PROBLEM})}),
    changed(*ONE, "responses", "200", "content", "application/json", "schema", "properties", "more", to={}),
]


def document(value: Any) -> Document:
    return read(json.dumps(value).encode(), "openapi.json")


def broken(value: Any) -> list[str]:
    there = document(value)
    return [rule for each in there.operations() for rule, _ in documentation.lacking(there, each)]


@pytest.mark.parametrize("rule", BELOW)
def test_each_rule_of_the_floor_is_broken_by_one_change(rule: str) -> None:
    assert broken(BELOW[rule]) == [rule]


def test_control_descriptions_that_say_all_break_none() -> None:
    assert broken(DOCUMENT) == []
    assert broken(POST) == []


@pytest.mark.parametrize("rule", BREAKING)
def test_each_rule_knows_its_change_and_no_other(rule: str) -> None:
    before, after = map(document, BREAKING[rule])
    assert [change.rule for change in breaking_changes(before, after)] == [rule]


@pytest.mark.parametrize("after", HARMLESS)
def test_control_what_is_added_breaks_nobody(after: dict[str, Any]) -> None:
    assert list(breaking_changes(document(DOCUMENT), document(after))) == []
    assert list(differences(document(DOCUMENT), document(after)))


def test_a_difference_has_its_place() -> None:
    found = list(differences(document(DOCUMENT), document(changed(*LIST, "summary", to="x"))))
    assert [(d.pointer, d.generated) for d in found] == [("/paths/~1api~1notes~1/get/summary", "'x'")]


def test_the_same_value_in_yaml_is_no_difference() -> None:
    shown = changed(
        *ONE, "responses", "200", "content", "application/json", "example", to={"at": "2026-01-01T10:00:00Z"}
    )
    text = yaml.safe_dump(shown).replace("'2026-01-01T10:00:00Z'", "2026-01-01T10:00:00Z")
    assert "'2026" not in text
    assert list(differences(read(text.encode(), "openapi.yaml"), document(shown))) == []
    assert len(list(differences(document(DOCUMENT), document({**DOCUMENT, "x-true": True, "x-one": 1})))) == 2
    assert list(differences(document({**DOCUMENT, "x": True}), document({**DOCUMENT, "x": 1})))


OUTSIDE = ["file:///etc/passwd", "http://example.com/a.json", "other.yaml#/a", "//example.com/a", "/openapi.json"]


@pytest.mark.parametrize("reference", OUTSIDE)
@pytest.mark.parametrize("key", ["$ref", "$dynamicRef", "operationRef", "externalValue"])
def test_what_refers_outside_is_refused(key: str, reference: str) -> None:
    with pytest.raises(NoDocument, match="outside of itself"):
        document(changed(*LIST, "x-more", to={"deep": [{key: reference}]}))
    assert document(changed(*LIST, "x-more", to={"deep": [{key: "#/components"}]})).operations()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"{" + b" " * (5 << 20) + b"}", "more than 4 MiB"),
        (b"openapi: 3.1.0\nx: " + b"a" * (1 << 19), "more than 262,144"),
        (b"[" * 100_000, "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        (b"a: &a [1]\nb: [" + b"*a," * 200 + b"]", "too many aliases"),
        (b"{}", "no document of OpenAPI 3"),
        (b'{"openapi": "3.1.0", "paths": {}}', "no operation"),
        (b'{"openapi": "3.1.0", "paths": [1]}', "no operation"),
        (b'{"swagger": "2.0"}', "no document of OpenAPI 3"),
        (
            json.dumps({"openapi": "3.1.0", "paths": {f"/{n}": {"get": {}} for n in range(600)}}).encode(),
            "more than 500",
        ),
    ],
)
def test_what_is_no_document_says_so_in_a_sentence(data: bytes, reason: str) -> None:
    with pytest.raises(NoDocument, match=reason):
        read(data, "openapi.yaml")


def test_a_committed_document_of_30_mib_is_not_read(tmp_path: Path) -> None:
    assert committed(tmp_path) is None
    (tmp_path / "openapi.yaml").write_bytes(b"#" * (30 << 20))
    with pytest.raises(NoDocument, match="has 30 MiB"):
        committed(tmp_path)
    (tmp_path / "openapi.yaml").unlink()
    (tmp_path / "openapi.yaml").symlink_to("/etc/passwd")
    assert committed(tmp_path) is None


def seen(*answers: tuple[str, str, int]) -> list[str]:
    return list(Exercised(document(DOCUMENT), [Answered("user", *each) for each in answers]).reached())


@pytest.mark.parametrize("status", [0, 401, 403, 405, 429, 500, 404])
def test_an_operation_that_lets_nobody_in_is_not_reached(status: int) -> None:
    assert seen(("GET", "/api/notes/", status)) == []
    assert seen(("GET", "/api/notes/", 200), ("GET", "/api/notes/", status)) == ["GET /api/notes/"]


def test_a_404_counts_where_there_is_a_route() -> None:
    assert seen(("GET", "/api/notes/7/?a=b", 404)) == []
    assert seen(("GET", "/api/notes/7/", 404), ("TRACE", "/api/notes/8/", 405)) == ["GET /api/notes/{id}/"]


def test_a_path_with_many_parameters_is_matched_without_delay() -> None:
    wide = {**DOCUMENT, "paths": {"/" + "{a}x" * 300: {"get": operation("wide", {"200": PROBLEM})}}}
    assert list(Exercised(document(wide), [Answered("user", "GET", "/" + "x" * 5000, 200)]).reached())


def test_a_failure_is_told_once_with_its_shortest_request() -> None:
    def failure(uri: str, **more: Any) -> dict[str, Any]:
        return {
            "operation": "GET /a",
            "check": "response_schema_conformance",
            "title": "Wrong",
            "status": 200,
            "message": "1 is no text",
            "method": "GET",
            "uri": uri,
            "headers": {"X-A": "it's"},
            **more,
        }

    reports = [
        {"role": "admin", "failures": [failure("http://127.0.0.1:8001/a?long=" + "x" * 50)]},
        {"role": "anonymous", "failures": [failure("http://127.0.0.1:8000/a?b=$(id)", body="e30=")]},
        {
            "role": "admin",
            "failures": [
                5,
                failure("http://127.0.0.1:8001/a", status=500, check="not_a_server_error"),
                failure("http://127.0.0.1:8001/a", status=500, check="status_code_conformance"),
            ],
        },
    ]
    grave, other = failures(reports)
    assert (grave.rule, grave.severity.value) == ("contract.not-a-server-error", "high")
    assert 'Authorization: Bearer $TOKEN_OF_ADMIN"' in grave.detail
    assert other.message == "GET /a, answered with 200: Wrong (as admin, anonymous)."
    command = other.detail.splitlines()[-1]
    assert command == """curl -i -X GET -H 'X-A: it'"'"'s' --data-raw '{}' 'http://localhost:8000/a?b=$(id)'"""
