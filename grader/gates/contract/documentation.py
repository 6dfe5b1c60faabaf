"""The floor that the description of an operation has to reach: each rule, and what an operation lacks."""

from collections.abc import Iterator, Mapping
from typing import Any

from grader.gates.contract.document import Document, Operation, items, mapping

_BODIES = ("post", "put", "patch")


def lacking(document: Document, operation: Operation) -> tuple[tuple[str, str], ...]:
    """The rules that it breaks, by name, each with what to write."""
    return tuple(_lacking(document, operation))


def _lacking(document: Document, operation: Operation) -> Iterator[tuple[str, str]]:
    if not str(operation.body.get("summary") or "").strip():
        yield "summary", "give it a `summary`: one line that says what it does"
    if document.security(operation) is None:
        yield "security", "say in `security` who may use it; `{}` is for everybody"
    yield from _responses(document, operation)
    yield from _examples(document, operation)


def _responses(document: Document, operation: Operation) -> Iterator[tuple[str, str]]:
    responses = document.responses(operation)
    if vague := [status for status in responses if not status.isdecimal()]:
        yield "catch-all", f"name each status by itself in place of `{vague[0]}`, which any answer fits"
    if not any(status.startswith(("2", "3")) for status in responses):
        yield "success", "name the status of an answer that is no error"
    errors = [status for status in responses if status.startswith("4")]
    if not errors and (document.parameters(operation) or _needs_someone(document, operation)):
        yield "errors", "name the 4xx that it answers to a wrong or a refused request"
    if _needs_someone(document, operation) and not {"401", "403"} & set(errors):
        yield "refusal", "name 401 or 403, since not everybody may use it"
    bare = [status for status in errors if not responses[status].get("content")]
    if bare:
        yield "error-body", f"describe the body of its {bare[0]}: media type and schema"
    empty = [status for status, response in responses.items() if _is_open(document, response)]
    if empty:
        yield "any-body", f"give the body of its {empty[0]} a schema that not every value fits"


def _needs_someone(document: Document, operation: Operation) -> bool:
    said = document.security(operation)
    return bool(said) and {} not in (said or [])


def _is_open(document: Document, response: Mapping[str, Any]) -> bool:
    """Whether a body of JSON has a schema that every value fits."""
    for kind, content in mapping(response.get("content")).items():
        if "json" not in kind:
            continue
        schema = mapping(content).get("schema")
        if schema is None or schema is True or not (document.resolved(schema).keys() - {"description", "title"}):
            return True
    return False


def _examples(document: Document, operation: Operation) -> Iterator[tuple[str, str]]:
    body = document.resolved(operation.body.get("requestBody"))
    if operation.method in _BODIES and body and _without_example(document, body):
        yield "request-example", "show a body that one can send, as an `example`"
    for status, response in document.responses(operation).items():
        if status.startswith("2") and _without_example(document, response):
            yield "response-example", f"show the body of its {status}, as an `example`"
            return


def _without_example(document: Document, described: Mapping[str, Any]) -> bool:
    """Whether a body of JSON has none, at the media type or in its schema."""
    for kind, content in mapping(described.get("content")).items():
        if "json" not in kind:
            continue
        schema = document.resolved(mapping(content).get("schema"))
        shown = {*mapping(content), *schema} & {"example", "examples"}
        if not shown and not items(schema.get("enum")):
            return True
    return False
