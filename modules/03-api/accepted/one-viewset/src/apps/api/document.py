"""The OpenAPI document: what REST framework knows, completed from tables."""

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any

from api.problems import MEDIA_TYPE, WORDS
from drf_spectacular.extensions import OpenApiSerializerFieldExtension

V1 = "/api/v1/"
NOW = "2026-01-31T12:00:00Z"
STAMPS = {"created_at": NOW, "updated_at": NOW}

POST = {
    "id": 7,
    "title": "First snow",
    "slug": "first-snow",
    "body": "It came in the night.",
    "status": "published",
    "published_at": NOW,
    "author": "fiona",
    "category": "weather",
    "tags": ["snow", "winter"],
    **STAMPS,
}
COMMENT = {
    "id": 12,
    "post": 7,
    "author": "rosa",
    "body": "Well said.",
    "status": "pending",
    **STAMPS,
}
CATEGORY = {
    "id": 3,
    "name": "Weather",
    "slug": "weather",
    "description": "Rain and snow.",
    **STAMPS,
}
TAG = {"id": 5, "name": "Snow", "slug": "snow", **STAMPS}
USER = {
    "id": 4,
    "username": "fiona",
    "email": "fiona@example.org",
    "first_name": "Fiona",
    "last_name": "Fee",
    "role": "contributor",
    "is_active": True,
    **STAMPS,
}

# The words of each collection: its name, one of it, the component and an example, what a list
# shows of one, and what is sent to begin one and to change one.
_POST_SENT = {name: POST[name] for name in ("title", "body", "category", "tags")}
_CATEGORY_SENT = {name: CATEGORY[name] for name in ("name", "description")}
_USER_SENT = {name: USER[name] for name in list(USER)[1:7]}
COLLECTIONS: dict[str, dict[str, Any]] = {
    "posts": {
        "one": "a post",
        "component": "Post",
        "example": POST,
        "listed": {k: v for k, v in POST.items() if k != "body"} | {"comment_count": 2},
        "sent": _POST_SENT,
        "changed": {"title": "The first snow"},
    },
    "comments": {
        "one": "a comment",
        "component": "Comment",
        "example": COMMENT,
        "listed": COMMENT,
        "sent": {"post": 7, "body": "Well said."},
        "replaced": {"body": "Very well said."},
        "changed": {"body": "Very well said."},
    },
    "categories": {
        "one": "a category",
        "component": "Category",
        "example": CATEGORY,
        "listed": CATEGORY | {"post_count": 41},
        "sent": _CATEGORY_SENT,
        "changed": {"description": "Rain, snow and wind."},
    },
    "tags": {
        "one": "a tag",
        "component": "Tag",
        "example": TAG,
        "listed": TAG,
        "sent": {"name": "Snow"},
        "changed": {"name": "Snow and ice"},
    },
    "users": {
        "one": "an account",
        "component": "User",
        "example": USER,
        "listed": USER,
        "sent": _USER_SENT,
        "changed": {"role": "editor"},
    },
    "me": {
        "one": "one's own account",
        "component": "OwnAccount",
        "example": USER,
        "changed": {"first_name": "Fi"},
    },
}

SUMMARIES = {
    "list": "List {many}",
    "create": "Begin {one}",
    "get": "Show {one}",
    "put": "Replace {one}",
    "patch": "Change {one}",
    "delete": "Delete {one}",
    "publish": "Publish {one}",
    "unpublish": "Take {one} out of sight",
    "approve": "Let everybody read {one}",
    "reject": "Let nobody else read {one}",
}

# What each kind of operation may be answered with instead; a change of one object:
_CHANGE = (401, 403, 404, 412, 429)
REFUSALS: dict[str, tuple[int, ...]] = {
    "list": (304, 400, 429),
    "create": (400, 401, 403, 415, 429),
    "get": (304, 404, 429),
    "put": (400, 415, *_CHANGE),
    "patch": (400, 415, *_CHANGE),
    "delete": _CHANGE,
    "publish": (400, *_CHANGE),
    "unpublish": _CHANGE,
    "approve": _CHANGE,
    "reject": _CHANGE,
}
# … and what is special about one collection.
ALSO: dict[tuple[str, str], tuple[int, ...]] = {
    ("posts", "list"): (404,),
    ("comments", "list"): (404,),
    ("users", "list"): (401, 403, 404),
    ("users", "get"): (401, 403),
    ("users", "delete"): (409,),
    ("comments", "create"): (409, 422),
    ("me", "get"): (401,),
}
NEVER: dict[tuple[str, str], tuple[int, ...]] = {
    ("me", "get"): (404,),
    ("me", "patch"): (404,),
}

HEADERS = {
    "ETag": "The version of this content, for If-None-Match and If-Match.",
    "Location": "Where the new object is.",
    "Retry-After": "After how many seconds there is room again.",
    "WWW-Authenticate": "How to say who one is.",
    "Idempotency-Replayed": "`true` if this is the answer to an earlier request.",
}
SENT_HEADERS = {
    "If-None-Match": "ETags of what one has already; if it is still so, the answer is 304.",
    "If-Match": "ETags of what one has seen; if it is not so any more, the answer is 412.",
    "Idempotency-Key": (
        "1 to 255 printable ASCII characters. The same request with the same key is carried out"
        " once, and answered as the first time."
    ),
}

PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "code": {"type": "string", "minLength": 1},
        "errors": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/ProblemEntry"},
        },
    },
}
ENTRY = {
    "type": "object",
    "description": "What is wrong with one field of the body or one parameter.",
    "required": ["detail", "code"],
    "properties": {
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "pointer": {"type": "string", "description": "A JSON pointer: `#/title`."},
        "parameter": {"type": "string", "description": "The name of the parameter."},
    },
    "oneOf": [{"required": ["pointer"]}, {"required": ["parameter"]}],
}


class ReferenceExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """What the document says of a reference to another row."""

    target_class = "api.serializers.Reference"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """A slug, or an id."""
        return {"type": "integer" if self.target.kind is int else "string"}


class ReferencesExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """What the document says of a list of them."""

    target_class = "api.serializers.References"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """Slugs."""
        return {"type": "array", "items": {"type": "string"}}


def only_v1(endpoints: Iterable[Any]) -> list[Any]:
    """The same operations without the version in the path are not listed once more."""
    return [one for one in endpoints if one[0].startswith(V1)]


def complete(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Errors, headers, examples and who may, on every operation."""
    schemas = result["components"]["schemas"]
    for name, schema in schemas.items():
        if not name.endswith("Request") and "properties" in schema:
            schema["required"] = list(schema["properties"])  # an answer has all of them
    schemas |= {"Problem": PROBLEM, "ProblemEntry": ENTRY}
    result["tags"] = [{"name": name} for name in COLLECTIONS if name != "me"]
    for path, method, operation in _operations(result):
        parts = [part for part in path.removeprefix(V1).split("/") if part]
        name = "me" if parts == ["users", "me"] else parts[0]
        if len(parts) == 1:
            kind = {"get": "list", "post": "create"}[method]
        else:
            kind = parts[2] if len(parts) == 3 else method
        _describe(operation, parts[0], name, kind)
    return result


def _operations(result: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def _describe(operation: dict[str, Any], many: str, name: str, kind: str) -> None:
    words = COLLECTIONS[name]
    key = (name, kind)
    statuses = {*REFUSALS[kind], *ALSO.get(key, ())} - {*NEVER.get(key, ())}
    operation["summary"] = SUMMARIES[kind].format(many=many, one=words["one"])
    operation["tags"] = [many]
    operation["security"] = [{"session": []}]
    if 401 not in statuses:
        operation["security"].append({})
    _answer(operation, words, kind, name)
    _body(operation, words, kind)
    operation["responses"] |= {str(status): _refusal(status, many) for status in sorted(statuses)}
    sent = operation.setdefault("parameters", [])
    if kind in ("list", "get"):
        sent.append(_sent_header("If-None-Match"))
    elif kind != "create":
        sent.append(_sent_header("If-Match"))
    elif name == "comments":
        sent.append(_sent_header("Idempotency-Key"))


def _answer(operation: dict[str, Any], words: dict[str, Any], kind: str, name: str) -> None:
    """The answer when all is well."""
    if kind == "delete":
        operation["responses"] = {"204": {"description": "It is gone."}}
        return
    if kind == "list":
        content = operation["responses"]["200"]["content"]["application/json"]
        page = {"next": None, "previous": None, "results": [words["listed"]]}
        content["examples"] = {"page": {"value": page if name == "comments" else {"count": 1, **page}}}
    else:
        content = {
            "schema": {"$ref": f"#/components/schemas/{words['component']}"},
            "examples": {"object": {"value": words["example"]}},
        }
    status = "201" if kind == "create" else "200"
    headers = {"list": ["ETag"], "get": ["ETag"], "create": ["Location"]}.get(kind, [])
    answer: dict[str, Any] = {
        "description": {"list": "A page.", "create": "The new object."}.get(kind, "The object."),
        "content": {"application/json": content},
    }
    if headers:
        answer["headers"] = {one: _header(one, True) for one in headers}
    if kind == "create" and name == "comments":
        replayed = "Idempotency-Replayed"
        answer["headers"][replayed] = _header(replayed, False)
    operation["responses"] = {status: answer}


def _body(operation: dict[str, Any], words: dict[str, Any], kind: str) -> None:
    """What is sent."""
    if kind not in ("create", "put", "patch"):
        operation.pop("requestBody", None)
        return
    example = {
        "create": words.get("sent"),
        "put": words.get("replaced", words.get("sent")),
        "patch": words["changed"],
    }[kind]
    body = operation["requestBody"]["content"]["application/json"]
    body["examples"] = {"body": {"value": example}}


def _refusal(status: int, many: str) -> dict[str, Any]:
    phrase = HTTPStatus(status).phrase
    if status == 304:
        return {"description": phrase, "headers": {"ETag": _header("ETag", True)}}
    code, detail = WORDS[status]
    example = {
        "type": "about:blank",
        "title": phrase,
        "status": status,
        "detail": detail,
        "instance": f"{V1}{many}/",
        "code": code,
    }
    answer: dict[str, Any] = {
        "description": phrase,
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {"problem": {"value": example}},
            }
        },
    }
    header = {401: "WWW-Authenticate", 429: "Retry-After"}.get(status)
    if header:
        answer["headers"] = {header: _header(header, True)}
    return answer


def _header(name: str, required: bool) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if name == "Retry-After":
        schema = {"type": "integer", "minimum": 1}
    return {"description": HEADERS[name], "required": required, "schema": schema}


def _sent_header(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if name == "Idempotency-Key":
        schema |= {"minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"}
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": SENT_HEADERS[name],
        "schema": schema,
    }
