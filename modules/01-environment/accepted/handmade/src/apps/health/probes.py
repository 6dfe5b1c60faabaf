"""/ready and /healthz."""

from django.core.cache import caches
from django.db import connections
from django.http import JsonResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache


def _word(question):
    try:
        question()
    except Exception:
        return "unavailable"
    return "ok"


def _database():
    connection = connections["default"]
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def _cache():
    caches["default"].get("anything")


@method_decorator(never_cache, name="dispatch")
class Ready(View):
    def get(self, request):
        checks = {"database": _word(_database), "cache": _word(_cache)}
        bad = "unavailable" in checks.values()
        return JsonResponse({"status": "unavailable" if bad else "ok", "checks": checks}, status=503 if bad else 200)


@method_decorator(never_cache, name="dispatch")
class Healthz(View):
    http_method_names = ["get"]

    def get(self, request):
        word = _word(_database)
        return JsonResponse({"status": word}, status={"ok": 200}.get(word, 503))
