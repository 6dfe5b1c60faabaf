"""The OpenAPI document: what each operation takes and gives, said once for all of its kind."""

from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
)
from rest_framework import serializers

JSON = "application/json"
PROBLEM = "application/problem+json"
SESSION: dict[str, list[str]] = {"session": []}

type Endpoint = tuple[str, str, str, Callable[..., Any]]


def only_canonical(endpoints: Iterable[Endpoint], **kwargs: Any) -> list[Endpoint]:
    """Of all addresses those with a version in them."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]


# ---- errors


class ProblemEntrySerializer(serializers.Serializer[Any]):
    """One thing that is wrong."""

    detail = serializers.CharField()
    code = serializers.CharField()
    pointer = serializers.CharField(required=False, help_text="A JSON pointer to the field of the body.")
    parameter = serializers.CharField(required=False, help_text="The name of the parameter.")


class ProblemSerializer(serializers.Serializer[Any]):
    """A problem document (RFC 9457)."""

    type = serializers.CharField(help_text="A URI reference.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField(help_text="The path that was asked.")
    code = serializers.CharField(help_text="For programs.")
    errors = ProblemEntrySerializer(many=True, required=False, help_text="With a 400 for fields or parameters.")


WHY = {
    400: "Something that was sent is wrong.",
    401: "Nobody is logged in.",
    403: "Not for this account, or without the right CSRF token.",
    404: "There is no such thing, or not for whoever asks.",
    409: "Something else is in the way.",
    412: "If-Match does not name the present ETag.",
    415: "The body is not application/json.",
    422: "The Idempotency-Key was sent with another body before.",
    429: "Too many requests.",
}
WHY_NOT = {
    ("user_delete", 409): "There are posts or comments by this account.",
    ("comment_create", 409): "A request with this Idempotency-Key has no answer yet.",
    ("post_list", 404): "There is no such page.",
    ("user_list", 404): "There is no such page.",
    ("comment_list", 404): "There is no such cursor.",
}


# ---- parameters and headers


def _query(name: str, about: str, **kwargs: Any) -> OpenApiParameter:
    kwargs.setdefault("type", OpenApiTypes.STR)
    return OpenApiParameter(name, description=about, **kwargs)


def _whole(least: int, most: int | None, default: int | None = None) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer", "minimum": least}
    if most is not None:
        schema["maximum"] = most
    if default is not None:
        schema["default"] = default
    return schema


TIME = {"type": "string", "format": "date-time"}
PAGE = [
    _query("page", "Which page.", type=_whole(1, 999_999_999, 1)),
    _query("page_size", "Rows to a page.", type=_whole(1, 100, 20)),
]
OFFSET = [
    _query("limit", "Rows to a page.", type=_whole(1, 100, 20)),
    _query("offset", "How many rows to pass over.", type=_whole(0, 999_999_999, 0)),
]
CURSOR = [
    _query("cursor", "Where to go on, as `next` and `previous` say."),
    _query("page_size", "Rows to a page.", type=_whole(1, 100, 20)),
]
POST_FILTERS = [
    _query("status", "In this state.", enum=["draft", "published", "archived"]),
    _query("author", "By the person with this username."),
    _query("category", "In the category with this slug."),
    _query("tag", "With the tag with this slug."),
    _query("published_after", "Published at this time or after it.", type=TIME),
    _query("published_before", "Published before this time.", type=TIME),
    _query("search", "With this text in title or body, in whatever capitals."),
    _query(
        "ordering",
        "In this order; a - turns it round.",
        enum=[way + name for name in ("published_at", "created_at", "title") for way in ("", "-")],
    ),
]
COMMENT_FILTERS = [
    _query("post", "On the post with this id.", type=_whole(-999_999_999, 999_999_999)),
    _query("author", "By the person with this username."),
    _query("status", "In this state.", enum=["pending", "approved", "rejected"]),
]
USER_FILTERS = [
    _query("role", "With this role.", enum=["admin", "editor", "contributor", "reader"]),
    _query("is_active", "In use, or not.", type=OpenApiTypes.BOOL),
    _query("search", "With this text in username or address, in whatever capitals."),
    _query(
        "ordering",
        "In this order; a - turns it round.",
        enum=["username", "-username", "created_at", "-created_at"],
    ),
]


def _header(name: str, about: str, schema: Any = OpenApiTypes.STR) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.HEADER, description=about, required=False)


IF_NONE_MATCH = _header("If-None-Match", "An ETag that is known already: 304 if it is still right.")
IF_MATCH = _header("If-Match", "The ETag that the change is meant for: else 412.")
IDEMPOTENCY_KEY = _header(
    "Idempotency-Key",
    "A name for this request. The same request again gets the first answer again.",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
)


def _answered(
    name: str, about: str, statuses: list[int], *, always: bool = True, schema: Any = str
) -> OpenApiParameter:
    return OpenApiParameter(
        name,
        schema,
        OpenApiParameter.HEADER,
        description=about,
        response=statuses,
        required=always,
    )


# ---- examples

TIMES = {
    "created_at": "2026-11-20T08:30:00.000000Z",
    "updated_at": "2026-11-21T17:05:12.345678Z",
}
POST_IN_LIST = {
    "id": 7,
    **TIMES,
    "title": "First snow",
    "slug": "first-snow",
    "status": "published",
    "published_at": "2026-11-21T17:05:12.345678Z",
    "author": "fiona",
    "category": "weather",
    "tags": ["snow", "winter"],
    "comment_count": 2,
}
POST = {
    **{name: value for name, value in POST_IN_LIST.items() if name != "comment_count"},
    "body": "It fell all night.",
}
COMMENT = {
    "id": 12,
    **TIMES,
    "post": 7,
    "author": "jonas",
    "body": "Well said.",
    "status": "pending",
}
CATEGORY = {
    "id": 3,
    **TIMES,
    "name": "Weather",
    "slug": "weather",
    "description": "Rain and shine.",
}
TAG = {"id": 5, **TIMES, "name": "Snow", "slug": "snow"}
USER = {
    "id": 2,
    **TIMES,
    "username": "fiona",
    "email": "fiona@example.org",
    "first_name": "Fiona",
    "last_name": "Frost",
    "role": "contributor",
    "is_active": True,
}


def _only(row: dict[str, Any], *names: str, **others: Any) -> dict[str, Any]:
    return {**{name: row[name] for name in names}, **others}


SENT: dict[str, dict[str, Any]] = {
    "post": _only(POST, "title", "body", "category", "tags"),
    "comment": _only(COMMENT, "post", "body"),
    "category": _only(CATEGORY, "name", "description"),
    "tag": _only(TAG, "name"),
    "user": _only(USER, "username", "email", "first_name", "last_name", "role", "is_active"),
    "me": _only(USER, "first_name", "last_name"),
}
SHOWN: dict[str, dict[str, Any]] = {
    "post": POST,
    "comment": COMMENT,
    "category": CATEGORY,
    "tag": TAG,
    "user": USER,
    "me": USER,
}
LISTED: dict[str, dict[str, Any]] = {
    **SHOWN,
    "post": POST_IN_LIST,
    "category": {**CATEGORY, "post_count": 4},
}
PLURAL = {
    "post": "posts",
    "comment": "comments",
    "category": "categories",
    "tag": "tags",
    "user": "users",
    "me": "users",
}
A = {
    "post": "a post",
    "comment": "a comment",
    "category": "a category",
    "tag": "a tag",
    "user": "an account",
    "me": "one's own account",
}


def _page(kind: str) -> dict[str, Any]:
    path = f"/api/v1/{PLURAL[kind]}/"
    if kind == "comment":
        page: dict[str, Any] = {"next": f"{path}?cursor=bjoxNzYzNjI", "previous": None}
    elif kind in ("category", "tag"):
        page = {"next": f"{path}?limit=1&offset=1", "previous": None, "count": 2}
    else:
        page = {"next": f"{path}?page=2&page_size=1", "previous": None, "count": 2}
    return {**page, "results": [LISTED[kind]]}


# ---- operations

SERIALIZERS = {
    "post": ("posts.serializers", "Post"),
    "comment": ("comments.serializers", "Comment"),
    "category": ("posts.serializers", "Category"),
    "tag": ("posts.serializers", "Tag"),
    "user": ("accounts.serializers", "User"),
    "me": ("accounts.serializers", "User"),
}


@cache
def _serializer(kind: str, part: str) -> Any:
    """By name, when the document is made: the views' modules import this one."""
    module, stem = SERIALIZERS[kind]
    name = {"own": "OwnNamesSerializer", "edit": "CommentEditSerializer"}.get(part, f"{stem}{part}Serializer")
    return getattr(import_module(module), name)


def operation(
    name: str,
    summary: str,
    *,
    success: int,
    refusals: Iterable[int],
    takes: str | None = None,
    gives: str | None = "",
    parameters: Iterable[OpenApiParameter] = (),
    anonymous: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`extend_schema` with everything that the brief asks for.

    `name` is `kind_verb`; `takes` and `gives` are parts of names of serializers.
    """
    kind = name.partition("_")[0]
    is_page = gives == "Page"
    is_read = success == 200 and takes is None and (is_page or name.endswith("_get"))
    shown = _page(kind) if is_page else SHOWN[kind]
    responses: dict[Any, Any] = {}
    examples = []
    if gives is None:
        responses[success] = OpenApiResponse(description="Done.")
    else:
        responses[(success, JSON)] = OpenApiResponse(_serializer(kind, gives), description="As it is now.")
        examples.append(OpenApiExample("Answer", shown, response_only=True, status_codes=[str(success)]))
    headers = [*parameters]
    if is_read:
        responses[304] = OpenApiResponse(description="Known already.")
        headers += [IF_NONE_MATCH, _answered("ETag", "Of this answer.", [200, 304])]
    if success == 201:
        headers.append(_answered("Location", "Where it is.", [201]))
    request = None
    if takes is not None:
        request = {JSON: _serializer(kind, takes)}
        sent = SENT[kind]
        if takes == "edit":
            sent = {"body": sent["body"]}
        examples.append(OpenApiExample("Body", sent, request_only=True))
    codes = sorted({*refusals, 429})
    for code in codes:
        responses[(code, PROBLEM)] = OpenApiResponse(
            ProblemSerializer, description=WHY_NOT.get((name, code), WHY[code])
        )
    if 412 in codes:
        headers.append(IF_MATCH)
    if 401 in codes:
        headers.append(_answered("WWW-Authenticate", "How to log in.", [401]))
    headers.append(_answered("Retry-After", "Seconds to wait.", [429], schema=_whole(1, 86_400)))
    return extend_schema(
        operation_id=name,
        summary=summary,
        description=summary,
        tags=[PLURAL[kind]],
        auth=[SESSION, {}] if anonymous else [SESSION],  # type: ignore[list-item]
        parameters=headers,
        filters=False,
        request=request,
        responses=responses,
        examples=examples,
    )


def _standard(kind: str, *, anonymous: bool, edit: str = "Body") -> tuple[Any, ...]:
    """create, get, put, patch and delete, which are alike."""
    one = A[kind]
    closed = [] if anonymous else [401, 403]
    changes = [401, 403, 404, 412]
    return (
        operation(
            f"{kind}_get",
            f"Get {one}",
            success=200,
            refusals=[404, *closed],
            anonymous=anonymous,
        ),
        operation(
            f"{kind}_put",
            f"Replace {one}",
            success=200,
            refusals=[400, 415, *changes],
            takes=edit,
        ),
        operation(
            f"{kind}_patch",
            f"Change some of {one}",
            success=200,
            refusals=[400, 415, *changes],
            takes=edit,
        ),
        operation(
            f"{kind}_delete",
            f"Delete {one}",
            success=204,
            refusals=[*changes, 409] if kind == "user" else changes,
            gives=None,
        ),
    )


def _list(kind: str, parameters: list[OpenApiParameter], refusals: list[int], anonymous: bool) -> Any:
    return operation(
        f"{kind}_list",
        f"List {PLURAL[kind]}",
        success=200,
        refusals=refusals,
        gives="Page",
        parameters=parameters,
        anonymous=anonymous,
    )


def _create(kind: str, *more: int, parameters: Iterable[OpenApiParameter] = ()) -> Any:
    return operation(
        f"{kind}_create",
        f"Make {A[kind]}",
        success=201,
        refusals=[400, 401, 403, 415, *more],
        takes="Body",
        parameters=parameters,
    )


def _action(name: str, summary: str, *more: int) -> Any:
    return operation(name, summary, success=200, refusals=[401, 403, 404, 412, *more])


post_list = _list("post", [*PAGE, *POST_FILTERS], [400, 404], True)
post_create = _create("post")
post_get, post_put, post_patch, post_delete = _standard("post", anonymous=True)
post_publish = _action("post_publish", "Put a post out", 400)
post_unpublish = _action("post_unpublish", "Take a post down")

comment_list = _list("comment", [*CURSOR, *COMMENT_FILTERS], [400, 404], True)
comment_create = _create(
    "comment",
    409,
    422,
    parameters=[
        IDEMPOTENCY_KEY,
        _answered(
            "Idempotency-Replayed",
            "`true` if this is the first answer again.",
            [201],
            always=False,
        ),
    ],
)
comment_get, comment_put, comment_patch, comment_delete = _standard("comment", anonymous=True, edit="edit")
comment_approve = _action("comment_approve", "Let everybody read a comment")
comment_reject = _action("comment_reject", "Let nobody read a comment")

category_list = _list("category", OFFSET, [400], True)
category_create = _create("category")
category_get, category_put, category_patch, category_delete = _standard("category", anonymous=True)

tag_list = _list("tag", OFFSET, [400], True)
tag_create = _create("tag")
tag_get, tag_put, tag_patch, tag_delete = _standard("tag", anonymous=True)

user_list = _list("user", [*PAGE, *USER_FILTERS], [400, 401, 403, 404], False)
user_create = _create("user")
user_get, user_put, user_patch, user_delete = _standard("user", anonymous=False)

me_get = operation("me_get", "Get one's own account", success=200, refusals=[401])
me_patch = operation(
    "me_patch",
    "Change one's own names",
    success=200,
    refusals=[400, 401, 403, 412, 415],
    takes="own",
)
