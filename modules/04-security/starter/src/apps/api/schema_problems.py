"""The errors in the OpenAPI document: each is described once, and operations refer to it."""

from http import HTTPStatus
from typing import Any

from api.problems import CONTENT_TYPE, problem, title_of

# What an example says, and thereby which errors there are.
DETAILS = {
    400: "Some of what was sent cannot be accepted.",
    401: "Authentication credentials were not provided.",
    403: "You do not have permission to perform this action.",
    404: "Not found.",
    406: "Could not satisfy the request Accept header.",
    409: "This does not go together with what is stored.",
    412: "It has changed since you read it. Read it again.",
    415: 'Unsupported media type "text/plain" in request.',
    422: "This Idempotency-Key came with another request before.",
    429: "Request was throttled. Expected available in 42 seconds.",
}
CODES = {
    400: "invalid",
    401: "not_authenticated",
    403: "permission_denied",
    404: "not_found",
    406: "not_acceptable",
    409: "conflict",
    412: "precondition_failed",
    415: "unsupported_media_type",
    422: "idempotency_key_reused",
    429: "throttled",
}
HEADERS = {
    401: ("WWW-Authenticate", "string", "How to log in."),
    429: ("Retry-After", "integer", "Seconds to wait."),
}
TEXT = {"type": "string"}
COMPLAINT = {
    "type": "object",
    "description": "One thing that cannot be accepted, and where it is.",
    "required": ["detail", "code"],
    "properties": {
        "detail": TEXT,
        "code": TEXT,
        "pointer": TEXT | {"description": "In a change: a JSON pointer to the field."},
        "parameter": TEXT | {"description": "In a read: the name of the parameter."},
    },
}
PROBLEM = {
    "type": "object",
    "description": "Problem details, RFC 9457.",
    "required": ["type", "title", "status", "detail", "instance", "code"],
    "properties": {
        "type": TEXT,
        "title": TEXT | {"description": "What the status means."},
        "status": {"type": "integer"},
        "detail": TEXT | {"description": "What is wrong, for people."},
        "instance": TEXT | {"description": "The address that was asked."},
        "code": TEXT | {"description": "What is wrong, for programs."},
        "errors": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Complaint"},
        },
    },
}


def name_of(status: int) -> str:
    """What the document calls an error: "NotFound"."""
    return title_of(status).replace(" ", "")


def reference_to(status: int) -> dict[str, str]:
    """How an operation refers to an error."""
    return {"$ref": f"#/components/responses/{name_of(status)}"}


def add_problems(result: dict[str, Any], **context: Any) -> dict[str, Any]:
    """Put the errors among the components of the document."""
    components = result["components"]
    components["schemas"] |= {"Complaint": COMPLAINT, "Problem": PROBLEM}
    components["responses"] = {name_of(status): _response(status) for status in DETAILS}
    return result


def _response(status: int) -> dict[str, Any]:
    example = problem(
        status, detail=DETAILS[status], code=CODES[status], path="/api/v1/posts/7/"
    )
    if status == HTTPStatus.BAD_REQUEST:
        complaint = {"detail": "This field is required.", "code": "required"}
        example["errors"] = [complaint | {"pointer": "#/title"}]
    return _headers(status) | {
        "description": title_of(status),
        "content": {
            CONTENT_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": example,
            }
        },
    }


def _headers(status: int) -> dict[str, Any]:
    if status not in HEADERS:
        return {}
    name, kind, description = HEADERS[status]
    header = {"description": description, "required": True, "schema": {"type": kind}}
    return {"headers": {name: header}}
