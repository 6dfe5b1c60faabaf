"""The probes' answers: JSON, for anybody, never stored."""

from django.http import HttpRequest, JsonResponse


def healthz(request: HttpRequest) -> JsonResponse:
    """The application and its database are there; for people and simple monitors."""
    # TODO(01): 200 {"status": "ok"} when the database answers, 503 otherwise; then add
    # live() and ready() (brief, task 4).
    raise NotImplementedError("TODO(01): /healthz")
