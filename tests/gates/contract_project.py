"""A small project with a contract: function views, a document written by hand, and views that can break it."""

import copy
import json
from typing import Any

from tests.stage.small import FILES

NOTE = {
    "type": "object",
    "required": ["id", "text"],
    "properties": {"id": {"type": "integer"}, "text": {"type": "string"}},
    "additionalProperties": False,
}
PROBLEM = {
    "description": "What is wrong.",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["status"],
                "properties": {"status": {"type": "integer"}},
            }
        }
    },
}


def answer(schema: dict[str, Any], example: Any) -> dict[str, Any]:
    """A 200 with JSON of that schema."""
    return {"description": "As asked.", "content": {"application/json": {"schema": schema, "example": example}}}


def operation(name: str, responses: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An operation that has all that the floor asks for."""
    return {
        "operationId": name,
        "summary": name.replace("_", " "),
        "tags": ["notes"],
        "security": [{"session": []}, {}],
        "responses": responses,
        **more,
    }


DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Notes", "version": "1"},
    "paths": {
        "/api/notes/": {
            "get": operation(
                "list_notes",
                {"200": answer({"type": "array", "items": NOTE}, [{"id": 1, "text": "a"}]), "400": PROBLEM},
                parameters=[{"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1}}],
            ),
        },
        "/api/notes/{id}/": {
            "get": operation(
                "read_note",
                {"200": answer(NOTE, {"id": 1, "text": "a"}), "404": PROBLEM},
                parameters=[{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
            ),
        },
    },
    "components": {"securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "sessionid"}}},
}
VIEWS = """
import json
from django.contrib.auth.models import User
from django.http import HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.urls import path, re_path

def problem(status):
    return JsonResponse({"status": status}, status=status, content_type="application/problem+json")

def schema(request):
    return HttpResponse(open("/submission/served.json").read(), content_type="application/json")

def notes(request):
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    try:
        limit = int(request.GET.get("limit", "5"))
    except ValueError:
        return problem(400)
    if limit < 1:
        return problem(400)
    return JsonResponse([{"id": 1, "text": "a"}], safe=False)

def note(request, id):
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    if id != "1":
        return problem(404)
    return JsonResponse({"id": 1, "text": "a"})

urlpatterns = [path("api/schema/", schema), path("api/notes/", notes), re_path("^api/notes/(?P<id>[^/]*)/$", note)]
"""


def project(
    *,
    views: str = VIEWS,
    served: dict[str, Any] | None = None,
    committed: dict[str, Any] | None = None,
    **files: str,
) -> dict[str, str]:
    """Its files, with those documents."""
    return {
        **FILES,
        "urls.py": views,
        "served.json": json.dumps(served or DOCUMENT),
        "openapi.json": json.dumps(committed or served or DOCUMENT),
        **files,
    }


def changed(*path: str, to: Any, of: dict[str, Any] = DOCUMENT) -> dict[str, Any]:
    """The document with another value there; ``None`` takes the member away."""
    made: Any = copy.deepcopy(of)
    *before, last = path
    there = made
    for key in before:
        there = there[key]
    if to is None:
        del there[last]
    else:
        there[last] = to
    return dict(made)
