# FILE SOLUTION 06
"""Keeps out whom an anomaly has blocked, before any password is compared."""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from anomalies.blocks import is_blocked
from authentication.lockout import attempted_username, attempting_client


class BlockedBackend:
    """First of the backends. To whoever is blocked it looks as any other lock-out: 429.

    It has nothing but `authenticate`: nobody ever comes in by it, so that no session names it.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, **_: Any
    ) -> None:
        """Nobody, so that the next backend is asked. Raises PermissionDenied, which ends it."""
        address = attempting_client(request) if request else None
        if request is None or address is None:
            return
        name = attempted_username(request, {"username": username}) or ""
        if is_blocked(name=name, address=address):
            AxesProxyHandler.update_request(request)
            request.axes_locked_out = True  # type: ignore[attr-defined]
            raise PermissionDenied
