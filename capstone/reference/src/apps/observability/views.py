# FILE SOLUTION 05
"""The metrics endpoint for Prometheus."""

from ipaddress import ip_address

import prometheus_client
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from observability.exposition import exposition


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the metrics to callers within METRICS_NETWORKS. Raises Http404 to others."""
    if not _from_inside(request):
        raise Http404
    return HttpResponse(
        exposition(), content_type=prometheus_client.CONTENT_TYPE_LATEST
    )


def _from_inside(request: HttpRequest) -> bool:
    """Whether Prometheus asks directly: what has passed a proxy came from outside."""
    if "X-Forwarded-For" in request.headers:
        return False
    address = request.META.get("REMOTE_ADDR", "")
    return bool(address) and any(
        ip_address(address) in network for network in settings.METRICS_NETWORKS
    )
