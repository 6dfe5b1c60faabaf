"""The OpenAPI document, two pages that show it, and what is said where there is nothing."""

from api.openapi import as_json, as_yaml
from api.problems import Problem, not_found
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

YAML = "application/vnd.oai.openapi"
JSON = "application/vnd.oai.openapi+json"

# Whatever a bundle would like to load: nothing comes from another host.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; worker-src 'self' blob:"
)


def _refuse_changes(request: HttpRequest) -> HttpResponse | None:
    if request.method in {"GET", "HEAD"}:
        return None
    allowed = "GET, HEAD, OPTIONS"
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": allowed})
    problem = Problem(
        405,
        "method_not_allowed",
        f"Here one can {allowed}.",
        headers={"Allow": allowed},
    )
    return problem.response(request)


@csrf_exempt
def schema(request: HttpRequest) -> HttpResponse:
    """The document: YAML, or JSON for those who ask for it."""
    if refusal := _refuse_changes(request):
        return refusal
    accepted = {part.partition(";")[0].strip().lower() for part in request.headers.get("Accept", "").split(",")}
    if accepted & {JSON, "application/json"} and YAML not in accepted:
        response = HttpResponse(as_json(), content_type=JSON)
    else:
        response = HttpResponse(as_yaml(), content_type=f"{YAML}; charset=utf-8")
    response.headers["Vary"] = "Accept"
    return response


def _page(request: HttpRequest, template: str) -> HttpResponse:
    if refusal := _refuse_changes(request):
        return refusal
    context = {"schema_url": reverse("v1:schema")}
    response = render(request, template, context)
    response.headers["Content-Security-Policy"] = _POLICY
    return response


@csrf_exempt
def swagger(request: HttpRequest) -> HttpResponse:
    """Swagger UI."""
    return _page(request, "api/swagger.html")


@csrf_exempt
def redoc(request: HttpRequest) -> HttpResponse:
    """ReDoc."""
    return _page(request, "api/redoc.html")


@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:
    """404, whatever the method."""
    return not_found().response(request)
