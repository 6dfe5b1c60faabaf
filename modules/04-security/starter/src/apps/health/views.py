"""The probes' answers: JSON, for anybody, never stored."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from health.checks import answers, ask_cache, ask_database

probe = cache_control(no_store=True)


def _word(healthy: bool) -> str:
    return "ok" if healthy else "unavailable"


@probe
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process serves. Asks nothing else: a restart would not mend a database."""
    return JsonResponse({"status": "ok"})


@probe
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """The process can do its work: database and cache answer. Otherwise 503: send nobody here."""
    checks = {"database": answers(ask_database), "cache": answers(ask_cache)}
    healthy = all(checks.values())
    body = {
        "status": _word(healthy),
        "checks": {name: _word(ok) for name, ok in checks.items()},
    }
    return JsonResponse(body, status=200 if healthy else 503)


@probe
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The application and its database are there; for people and simple monitors."""
    healthy = answers(ask_database)
    return JsonResponse({"status": _word(healthy)}, status=200 if healthy else 503)
