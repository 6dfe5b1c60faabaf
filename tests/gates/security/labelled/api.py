"""A small API with many collections, each weak in one way or like one that is and sound: labelled by hand.

The project is written without a framework for APIs, so that what is weak stands in one table.
"""

import json
from typing import Any

from tests.gates.security.labelled.small import LAYOUT as SMALL_LAYOUT
from tests.gates.security.labelled.small import SETTINGS, WSGI

# How a collection behaves: who lists, reads and changes ("own", "all"; "staff" may change what it may), whether nobody
# has to log in, what a request may set beside the text, and what the document says: methods, 403, security.
SOUND: dict[str, Any] = {
    "list": "own",
    "read": "own",
    "change": "own",
    "login": True,
    "make": "all",
    "sets": [],
    "takes": [],
    "csrf": True,
    "forms": True,
    "override": False,
    "effect": True,
    "counts": False,
    "methods": ["get", "patch"],
    "forbids": True,
    "secured": True,
    "owner": False,
}
PUBLIC = {"list": "all", "read": "all", "owner": True}
# By the name of a collection: what is different from SOUND, and the rule that finds it; "" where nothing is wrong.
COLLECTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "diaries": ({"read": "all"}, "idor"),
    "letters": ({"change": "all"}, "idor"),
    "drawings": ({"change": "all", "methods": ["get", "delete"]}, "idor"),
    "essays": ({**PUBLIC, "change": "all"}, "idor"),
    "stories": ({**PUBLIC, "change": "all", "methods": ["get", "put"]}, "idor"),
    "boards": ({"list": "all", "read": "all", "change": "all", "login": False}, "no-login"),
    "archives": ({"list": "all", "read": "all", "login": False, "methods": ["get"]}, "no-login"),
    "reviews": ({**PUBLIC, "sets": ["author"]}, "mass-assignment"),
    "offers": ({**PUBLIC, "sets": ["approved"]}, "mass-assignment"),
    "payments": ({"csrf": False}, "csrf"),
    "files": ({"override": True, "methods": ["get", "delete"]}, "method-override"),
    "journals": ({}, ""),
    "poems": ({**PUBLIC}, ""),
    "songs": ({**PUBLIC, "methods": ["get", "put", "delete"]}, ""),
    "wikis": ({**PUBLIC, "change": "all", "forbids": False}, ""),
    "labels": ({"list": "all", "read": "all", "make": "staff", "change": "staff"}, ""),
    "forums": ({"list": "all", "read": "all", "change": "all", "login": False, "secured": False}, ""),
    "features": ({**PUBLIC, "sets": ["approved"], "takes": ["approved"]}, ""),
    "transfers": ({**PUBLIC, "sets": ["author"], "takes": ["author"]}, ""),
    "charges": ({"csrf": False, "forms": False}, ""),
    "pages": ({**PUBLIC, "counts": True}, ""),
    "echoes": ({**PUBLIC, "change": "all", "effect": False}, ""),
}
KINDS = {name: {**SOUND, **changes} for name, (changes, _) in COLLECTIONS.items()}
# Paths that are no collection: what is weak there, or only looks so.
PATHS = {
    "/reports/": "verb",
    "/exports/": "method-override",
    "/ledgers/": "",
    "/join/": "mass-assignment",
    "/users/": "",
    "/people/{id}/": "",
    "/members/{id}/": "password-hash",
}
_MODELS = """
from django.conf import settings
from django.db import models


class Thing(models.Model):
    kind = models.CharField(max_length=20)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True)
    text = models.TextField()
    approved = models.BooleanField(default=False)
    seen = models.IntegerField(default=0)
"""
_MIGRATION = """
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel("Thing", [
            ("id", models.BigAutoField(primary_key=True)),
            ("kind", models.CharField(max_length=20)),
            ("owner", models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True)),
            ("text", models.TextField()),
            ("approved", models.BooleanField(default=False)),
            ("seen", models.IntegerField(default=0)),
        ]),
    ]
"""
_VIEWS = '''
import json
from pathlib import Path

from django.contrib.auth import get_user_model
from django.http import Http404, HttpResponse, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from things.models import Thing

HERE = Path(__file__).parent
KINDS = json.loads((HERE / "kinds.json").read_text())
check_token = CsrfViewMiddleware(lambda request: None)
ALLOWED = {"own", "all"}


def policy(get_response):
    def answer(request):
        response = get_response(request)
        response["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'"
        return response
    return answer


def refusal(status):
    return JsonResponse({"detail": "refused"}, status=status)


def shown(thing, how):
    value = {"id": thing.id, "text": thing.text}
    if how["owner"]:
        value |= {"author": thing.owner.username if thing.owner else None, "approved": thing.approved}
    if how["counts"]:
        value["seen"] = thing.seen
    return value


def sent(request, how):
    if request.content_type == "application/json":
        return json.loads(request.body)
    return request.POST.dict() if how["forms"] else None


def assign(thing, values, how):
    thing.text = str(values.get("text", thing.text))
    if "approved" in how["sets"] and "approved" in values:
        thing.approved = values["approved"]
    if "author" in how["sets"] and "author" in values:
        thing.owner = get_user_model().objects.filter(username=values["author"]).first() or thing.owner
    if how["effect"] or thing.pk is None:
        thing.save()


def may(request, thing, right):
    return right == "all" or thing.owner_id == request.user.id or (right == "staff" and request.user.is_staff)


def gate(request, how):
    """A refusal, or nothing."""
    if how["login"] and not request.user.is_authenticated:
        return refusal(401)
    if how["csrf"] and request.method != "GET" and request.user.is_authenticated:
        return check_token.process_view(request, None, (), {})
    return None


@csrf_exempt
def many(request, kind):
    how = KINDS[kind]
    if refused := gate(request, how):
        return refused
    things = Thing.objects.filter(kind=kind).select_related("owner")
    if request.method == "POST":
        if how["make"] == "staff" and not request.user.is_staff:
            return refusal(403)
        if (values := sent(request, how)) is None:
            return refusal(415)
        thing = Thing(kind=kind, owner=request.user if request.user.is_authenticated else None)
        assign(thing, values, how)
        return JsonResponse(shown(thing, how), status=201)
    if how["list"] == "own":
        things = things.filter(owner=request.user)
    return JsonResponse([shown(thing, how) for thing in things], safe=False)


@csrf_exempt
def one(request, kind, number):
    how, method = KINDS[kind], request.method
    if how["override"]:
        method = request.headers.get("X-HTTP-Method-Override", method)
    if refused := gate(request, how):
        return refused
    if method.lower() not in how["methods"]:
        return refusal(405)
    thing = Thing.objects.select_related("owner").filter(kind=kind, pk=number).first()
    if thing is None:
        raise Http404
    if method == "GET":
        if how["read"] == "own" and thing.owner != request.user:
            raise Http404
        Thing.objects.filter(pk=thing.pk).update(seen=thing.seen + 7919)
        return JsonResponse(shown(thing, how))
    if not may(request, thing, how["change"]):
        return refusal(403)
    if method == "DELETE":
        thing.delete()
        return HttpResponse(status=204)
    assign(thing, sent(request, how) or {}, how)
    return JsonResponse(shown(thing, how))


@csrf_exempt
def report(request):
    if request.method == "GET" and not request.user.is_authenticated:
        return refusal(401)
    return JsonResponse({"total": 7})


@csrf_exempt
def export(request):
    asked = request.headers.get("X-HTTP-Method-Override")
    if not request.user.is_authenticated and not (request.method == "POST" and asked == "GET"):
        return refusal(401)
    return JsonResponse({"total": 7})


@csrf_exempt
def ledger(request):
    if not request.user.is_authenticated:
        return refusal(401)
    return JsonResponse({"total": 7})


@csrf_exempt
def join(request):
    values, user = json.loads(request.body), get_user_model()()
    for name in ("username", "is_staff"):
        setattr(user, name, values.get(name, getattr(user, name)))
    user.set_unusable_password()
    user.save()
    return JsonResponse({"username": user.username, "is_staff": user.is_staff}, status=201)


@csrf_exempt
def register(request):
    user = get_user_model()(username=json.loads(request.body)["username"])
    user.set_unusable_password()
    user.save()
    return JsonResponse({"username": user.username, "is_staff": user.is_staff}, status=201)


def profile(request, number, names):
    if not request.user.is_authenticated:
        return refusal(401)
    user = get_user_model().objects.filter(pk=number or request.user.pk).first()
    if user is None:
        raise Http404
    return JsonResponse({name: getattr(user, name) for name in names})


def schema(request):
    return HttpResponse((HERE / "openapi.json").read_text(), content_type="application/json")


PUBLIC, ALL = ("id", "username"), ("id", "username", "password")
urlpatterns = [
    path("schema/", schema), path("reports/", report), path("exports/", export), path("ledgers/", ledger),
    path("join/", join), path("users/", register),
    path("people/me/", profile, {"number": 0, "names": PUBLIC}),
    path("people/<int:number>/", profile, {"names": PUBLIC}),
    path("members/me/", profile, {"number": 0, "names": ALL}), path("members/<int:number>/", profile, {"names": ALL}),
    path("<slug:kind>/", many), path("<slug:kind>/<int:number>/", one),
]
'''
_TEXT = {"type": "string", "maxLength": 200}
_FLAG = {"type": "boolean"}


def _answers(status: str, schema: dict[str, Any] | None, *, forbids: bool) -> dict[str, Any]:
    content = {"content": {"application/json": {"schema": schema}}} if schema else {}
    given: dict[str, Any] = {status: {"description": "done", **content}, "404": {"description": "nothing there"}}
    return given | ({"403": {"description": "refused"}} if forbids else {})


def _body(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": required}
    return {"content": {"application/json": {"schema": schema}}}


def _collection(name: str, how: dict[str, Any]) -> dict[str, Any]:
    """Both paths of a collection, as the document has them."""
    security: list[dict[str, list[str]]] = [{"session": []}] if how["secured"] else [{}]
    shown = {"id": {"type": "integer"}, "text": _TEXT}
    shown |= {"author": _TEXT, "approved": _FLAG} if how["owner"] else {}
    shown |= {"seen": {"type": "integer", "readOnly": True}} if how["counts"] else {}
    taken = {"text": _TEXT, **({key: _FLAG if key == "approved" else _TEXT for key in how["takes"]})}
    item = {"type": "object", "properties": shown}
    on_one = {}
    for method in how["methods"]:
        forbids = how["forbids"] and method != "get"
        status, answer = ("204", None) if method == "delete" else ("200", item)
        on_one[method] = {"security": security, "responses": _answers(status, answer, forbids=forbids)}
        if method in ("patch", "put"):
            on_one[method]["requestBody"] = _body(taken, [])
    many: dict[str, Any] = {
        "get": {"security": security, "responses": _answers("200", {"type": "array", "items": item}, forbids=False)},
        "post": {
            "security": security,
            "requestBody": _body(taken, ["text"]),
            "responses": _answers("201", item, forbids=how["make"] == "staff"),
        },
    }
    return {f"/{name}/": many, f"/{name}/{{id}}/": on_one}


def document() -> dict[str, Any]:
    """The OpenAPI document of the project."""
    paths: dict[str, Any] = {}
    for name, how in KINDS.items():
        paths |= _collection(name, how)
    account = {"type": "object", "properties": {"id": {"type": "integer"}, "username": _TEXT}}
    read = {"get": {"security": [{"session": []}], "responses": _answers("200", account, forbids=False)}}
    for name in ("people", "members"):
        paths |= {f"/{name}/me/": read, f"/{name}/{{id}}/": read}
    body = _body({"username": _TEXT, "password": _TEXT}, ["username", "password"])
    new = {"post": {"security": [], "requestBody": body, "responses": _answers("201", account, forbids=False)}}
    paths |= {"/join/": new, "/users/": new}
    return {"openapi": "3.1.0", "info": {"title": "Things", "version": "1"}, "paths": paths}


FILES = {
    "manage.py": "",
    "wsgi.py": WSGI,
    "settings.py": SETTINGS.replace('"django.contrib.sessions"]', '"django.contrib.sessions", "things"]'),
    "urls.py": _VIEWS,
    "things/__init__.py": "",
    "things/models.py": _MODELS,
    "things/migrations/__init__.py": "",
    "things/migrations/0001_initial.py": _MIGRATION,
    "kinds.json": json.dumps(KINDS),
    "openapi.json": json.dumps(document()),
}
LAYOUT = {**SMALL_LAYOUT, "schema": "/schema/", "roles": ["member", "staff"]}
