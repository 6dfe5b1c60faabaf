"""The OpenAPI document, made from the table of operations."""

import json
from functools import cache
from typing import Any

import yaml
from accounts.roles import Role
from api.endpoint import Operation
from api.operations import OPERATIONS
from api.problems import MEDIA_TYPE
from api.resources import posts, users
from core.choices import CommentStatus
from posts.choices import PostStatus

type Json = dict[str, Any]

TIME = "2026-01-31T12:00:00Z"
SLUG = "winter-is-here"


def _text(**more: Any) -> Json:
    return {"type": "string", **more}


def _moment() -> Json:
    return _text(format="date-time")


def _object(properties: Json, required: list[str] | None = None) -> Json:
    names = list(properties) if required is None else required
    found: Json = {"type": "object", "properties": properties}
    if names:
        found["required"] = names
    return found


def _ref(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}


def _page(item: str, *, has_count: bool = True) -> Json:
    link = {"type": ["string", "null"]}
    count = {"count": {"type": "integer", "minimum": 0}} if has_count else {}
    rows = {"type": "array", "items": _ref("schemas", item)}
    return _object({**count, "next": link, "previous": link, "results": rows})


_ID: Json = {"type": "integer", "minimum": 1}
_STAMPS: Json = {"created_at": _moment(), "updated_at": _moment()}
_NULLABLE: Json = {"type": ["string", "null"]}

_POST_HEAD: Json = {
    "id": _ID,
    "title": _text(maxLength=200),
    "slug": _text(maxLength=220),
    "status": _text(enum=list(PostStatus.values)),
    "published_at": {"type": ["string", "null"], "format": "date-time"},
    "author": _text(description="A username."),
    "category": {**_NULLABLE, "description": "The slug of a category."},
    "tags": {"type": "array", "items": _text(), "description": "Slugs of tags."},
}
_POST_NEW: Json = {
    "title": _text(minLength=1, maxLength=200),
    "body": _text(),
    "category": {**_NULLABLE, "description": "The slug of a category."},
    "tags": {"type": "array", "items": _text(), "description": "Slugs of tags."},
}
_COMMENT_BODY: Json = {"body": _text(minLength=1, maxLength=5000)}
_CATEGORY_NEW: Json = {
    "name": _text(minLength=1, maxLength=100),
    "description": _text(),
}
_CATEGORY: Json = {
    "id": _ID,
    "name": _text(maxLength=100),
    "slug": _text(maxLength=220),
    "description": _text(),
    **_STAMPS,
}
_TAG_NEW: Json = {"name": _text(minLength=1, maxLength=50)}
_NAMES: Json = {"first_name": _text(maxLength=150), "last_name": _text(maxLength=150)}
_USER_NEW: Json = {
    "username": _text(minLength=1, maxLength=150),
    "email": _text(maxLength=254, description="Nobody else's; may be empty."),
    **_NAMES,
    "role": _text(enum=list(Role.values)),
    "is_active": {"type": "boolean"},
}

SCHEMAS: Json = {
    "Post": _object({**_POST_HEAD, "body": _text(), **_STAMPS}),
    "PostInList": _object(
        {
            **_POST_HEAD,
            "comment_count": {
                "type": "integer",
                "minimum": 0,
                "description": "Its approved comments.",
            },
            **_STAMPS,
        }
    ),
    "PostPage": _page("PostInList"),
    "PostNew": _object(_POST_NEW, ["title"]),
    "PostChange": _object(_POST_NEW, []),
    "Comment": _object(
        {
            "id": _ID,
            "post": {**_ID, "description": "The id of its post."},
            "author": _text(description="A username."),
            "body": _text(),
            "status": _text(enum=list(CommentStatus.values)),
            **_STAMPS,
        }
    ),
    "CommentPage": _page("Comment", has_count=False),
    "CommentNew": _object({"post": {**_ID, "description": "The id of a post that is out."}, **_COMMENT_BODY}),
    "CommentReplacement": _object(_COMMENT_BODY),
    "CommentChange": _object(_COMMENT_BODY, []),
    "Category": _object(_CATEGORY),
    "CategoryInList": _object(
        {
            **_CATEGORY,
            "post_count": {
                "type": "integer",
                "minimum": 0,
                "description": "Its posts that are out.",
            },
        }
    ),
    "CategoryPage": _page("CategoryInList"),
    "CategoryNew": _object(_CATEGORY_NEW, ["name"]),
    "CategoryChange": _object(_CATEGORY_NEW, []),
    "Tag": _object(
        {
            "id": _ID,
            "name": _text(maxLength=50),
            "slug": _text(maxLength=220),
            **_STAMPS,
        }
    ),
    "TagPage": _page("Tag"),
    "TagNew": _object(_TAG_NEW, ["name"]),
    "TagChange": _object(_TAG_NEW, []),
    "User": _object({"id": _ID, **_USER_NEW, **_STAMPS}),
    "UserPage": _page("User"),
    "UserNew": _object(_USER_NEW, ["username"]),
    "UserChange": _object(_USER_NEW, []),
    "MeChange": _object(_NAMES, []),
    "Problem": _object(
        {
            "type": _text(format="uri-reference"),
            "title": _text(),
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": _text(),
            "instance": _text(description="The path that was asked."),
            "code": _text(minLength=1, description="The reason, for programs."),
            "errors": {
                "type": "array",
                "items": _object(
                    {
                        "pointer": _text(description="A JSON pointer to the field."),
                        "parameter": _text(description="The parameter's name."),
                        "detail": _text(),
                        "code": _text(),
                    },
                    ["detail", "code"],
                ),
            },
        },
        ["type", "title", "status", "detail", "instance", "code"],
    ),
}

_STAMPED = {"created_at": TIME, "updated_at": TIME}
_POST_EXAMPLE = {
    "id": 7,
    "title": "Winter is here",
    "slug": SLUG,
    "status": "published",
    "published_at": TIME,
    "author": "ann",
    "category": "weather",
    "tags": ["snow", "ice"],
}
_COMMENT_EXAMPLE = {
    "id": 31,
    "post": 7,
    "author": "bob",
    "body": "Well said.",
    "status": "pending",
    **_STAMPED,
}
_CATEGORY_EXAMPLE = {
    "id": 2,
    "name": "Weather",
    "slug": "weather",
    "description": "Whatever falls from the sky.",
    **_STAMPED,
}
_TAG_EXAMPLE = {"id": 3, "name": "Snow", "slug": "snow", **_STAMPED}
_USER_EXAMPLE = {
    "id": 5,
    "username": "ann",
    "email": "ann@example.org",
    "first_name": "Ann",
    "last_name": "Lee",
    "role": "contributor",
    "is_active": True,
    **_STAMPED,
}


def _page_example(row: Json, path: str, **count: int) -> Json:
    link = f"/api/v1/{path}"
    return {**count, "next": link, "previous": None, "results": [row]}


EXAMPLES: Json = {
    "Post": {**_POST_EXAMPLE, "body": "It snows.", **_STAMPED},
    "PostPage": _page_example({**_POST_EXAMPLE, "comment_count": 4, **_STAMPED}, "posts/?page=2", count=21),
    "PostNew": {
        "title": "Winter is here",
        "body": "It snows.",
        "category": "weather",
        "tags": ["snow", "ice"],
    },
    "PostChange": {"title": "Winter was here", "tags": []},
    "Comment": _COMMENT_EXAMPLE,
    "CommentPage": _page_example(_COMMENT_EXAMPLE, "comments/?cursor=WzAsICIyMDI2LTAxLTMxVDEyOjAwIiwgMzFd"),
    "CommentNew": {"post": 7, "body": "Well said."},
    "CommentReplacement": {"body": "Very well said."},
    "CommentChange": {"body": "Very well said."},
    "Category": _CATEGORY_EXAMPLE,
    "CategoryPage": _page_example({**_CATEGORY_EXAMPLE, "post_count": 12}, "categories/?offset=20", count=21),
    "CategoryNew": {"name": "Weather", "description": "Whatever falls from the sky."},
    "CategoryChange": {"description": "Rain, mostly."},
    "Tag": _TAG_EXAMPLE,
    "TagPage": _page_example(_TAG_EXAMPLE, "tags/?offset=20", count=21),
    "TagNew": {"name": "Snow"},
    "TagChange": {"name": "Deep snow"},
    "User": _USER_EXAMPLE,
    "UserPage": _page_example(_USER_EXAMPLE, "users/?page=2", count=21),
    "UserNew": {
        "username": "ann",
        "email": "ann@example.org",
        "first_name": "Ann",
        "last_name": "Lee",
        "role": "contributor",
        "is_active": True,
    },
    "UserChange": {"role": "editor"},
    "MeChange": {"first_name": "Anna"},
}


def _query(name: str, description: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _header(name: str, description: str, schema: Json) -> Json:
    return {"name": name, "in": "header", "description": description, "schema": schema}


_SIZE: Json = {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}

PARAMETERS: Json = {
    "id": {
        "name": "id",
        "in": "path",
        "required": True,
        "description": "The number of the row.",
        "schema": _ID,
    },
    "page": _query(
        "page",
        "Which page.",
        {"type": "integer", "minimum": 1, "maximum": 1_000_000, "default": 1},
    ),
    "page_size": _query("page_size", "How many rows to a page.", _SIZE),
    "limit": _query("limit", "How many rows to a page.", _SIZE),
    "offset": _query(
        "offset",
        "How many rows to leave out.",
        {"type": "integer", "minimum": 0, "maximum": 999_999_999, "default": 0},
    ),
    "cursor": _query("cursor", "Where the page begins: a part of `next` or `previous`.", _text()),
    "post_status": _query("status", "Posts in this state.", _text(enum=list(PostStatus.values))),
    "comment_status": _query("status", "Comments in this state.", _text(enum=list(CommentStatus.values))),
    "author": _query("author", "By the person with this username.", _text()),
    "category": _query("category", "In the category with this slug.", _text()),
    "tag": _query("tag", "With the tag that has this slug.", _text()),
    "published_after": _query("published_after", "Published then or later.", _moment()),
    "published_before": _query("published_before", "Published earlier.", _moment()),
    "post_search": _query("search", "With this in the title or the body.", _text()),
    "post_ordering": _query("ordering", "The order.", _text(enum=list(posts.ORDERINGS))),
    "post": _query(
        "post",
        "On the post with this id.",
        {"type": "integer", "minimum": 0, "maximum": 999_999_999},
    ),
    "role": _query("role", "With this role.", _text(enum=list(Role.values))),
    "is_active": _query("is_active", "Whose accounts are in use, or are not.", {"type": "boolean"}),
    "user_search": _query("search", "With this in username or email.", _text()),
    "user_ordering": _query("ordering", "The order.", _text(enum=list(users.ORDERINGS))),
    "If-Match": _header(
        "If-Match",
        "ETags of the object; with none that fits nothing is changed (412).",
        _text(),
    ),
    "If-None-Match": _header("If-None-Match", "ETags of what you have; with one that fits: 304.", _text()),
    "Idempotency-Key": _header(
        "Idempotency-Key",
        "Names this request: sent again with the same body it is answered as before.",
        _text(minLength=1, maxLength=255),
    ),
}

HEADERS: Json = {
    "ETag": {
        "description": "Names this content.",
        "required": True,
        "schema": _text(),
    },
    "Location": {
        "description": "The path of what was made.",
        "required": True,
        "schema": _text(),
    },
    "Idempotency-Replayed": {
        "description": "`true` if this is the answer to an earlier request.",
        "schema": _text(),
    },
    "WWW-Authenticate": {
        "description": "How to say who asks.",
        "required": True,
        "schema": _text(),
    },
    "Retry-After": {
        "description": "After how many seconds to come back.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
}

_SAID = {
    304: "You have it already.",
    400: "Something in the request makes no sense.",
    401: "Nobody knows who asks.",
    403: "Whoever asks may not do this, or the CSRF token is missing.",
    404: "There is nothing here for whoever asks.",
    409: "Something stands against it.",
    412: "It has been changed since.",
    415: "The body is not sent as application/json.",
    422: "The key was sent with another body before.",
    429: "Too many requests.",
}
_HEADER_OF = {304: "ETag", 401: "WWW-Authenticate", 429: "Retry-After"}

_GROUPS = {
    "posts": "What people write.",
    "comments": "What readers say about it.",
    "categories": "Shelves on which posts stand.",
    "tags": "Words by which posts are found.",
    "users": "Accounts.",
}

_INTRODUCTION = """Posts, comments, and the people who write them.

Whoever is logged in to the site is logged in here. Changes by session send the value of the cookie
`csrftoken` as `X-CSRFToken`. Every error is a problem document (RFC 9457). Nobody asks more often
than the rates allow (429)."""


def _refusal(status: int) -> Json:
    found: Json = {"description": _SAID[status]}
    if status in _HEADER_OF:
        name = _HEADER_OF[status]
        found["headers"] = {name: _ref("headers", name)}
    if status >= 400:
        found["content"] = {MEDIA_TYPE: {"schema": _ref("schemas", "Problem")}}
    return found


def _success(operation: Operation) -> Json:
    if not operation.returns:
        return {"description": "It is gone."}
    names = ["ETag"]
    if operation.status == 201:
        names.append("Location")
    if operation.is_idempotent:
        # What is given again comes without its tag: it may have been changed since.
        names = ["Location", "Idempotency-Replayed"]
    return {
        "description": "It was made." if operation.status == 201 else "Here it is.",
        "headers": {name: _ref("headers", name) for name in names},
        "content": _content(operation.returns),
    }


def _content(schema: str) -> Json:
    media = {"schema": _ref("schemas", schema), "example": EXAMPLES[schema]}
    return {"application/json": media}


def _describe(operation: Operation) -> Json:
    names = [*(["id"] if "{id}" in operation.path else []), *operation.parameters]
    responses = {str(operation.status): _success(operation)}
    for status in sorted({*operation.refusals, 429}):
        responses[str(status)] = _ref("responses", str(status))
    session: list[Json] = [{"session": []}]
    found: Json = {
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.tag],
        "security": [*session, {}] if operation.rule.is_open else session,
    }
    if names:
        found["parameters"] = [_ref("parameters", name) for name in names]
    if operation.takes:
        found["requestBody"] = {
            "required": True,
            "content": _content(operation.takes),
        }
    found["responses"] = responses
    return found


@cache
def document() -> Json:
    """The document."""
    paths: Json = {}
    for operation in OPERATIONS:
        methods = paths.setdefault(f"/api/v1/{operation.path}", {})
        methods[operation.method.lower()] = _describe(operation)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Publishing platform",
            "version": "1.0.0",
            "description": _INTRODUCTION,
        },
        "tags": [{"name": name, "description": said} for name, said in _GROUPS.items()],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "responses": {str(status): _refusal(status) for status in _SAID},
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "sessionid",
                    "description": "Changes also send the cookie `csrftoken` as `X-CSRFToken`.",
                }
            },
        },
    }


class _Plain(yaml.SafeDumper):
    """Writes what occurs twice twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


@cache
def as_yaml() -> str:
    """The document as it is committed."""
    return yaml.dump(document(), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=100)


@cache
def as_json() -> str:
    """The same in JSON."""
    return json.dumps(document(), ensure_ascii=False, indent=2)
