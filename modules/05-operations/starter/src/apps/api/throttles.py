"""How often somebody may ask. The rates are `settings.THROTTLE_RATES`; an empty one is no limit."""

import logging
from typing import TYPE_CHECKING

from django.conf import settings
from redis import RedisError
from rest_framework import exceptions, throttling
from rest_framework.request import Request

from core.networks import network_address

if TYPE_CHECKING:
    from rest_framework.views import APIView  # it imports us: we are among its defaults

logger = logging.getLogger(__name__)


def require_within_rates(request: Request, view: "APIView") -> None:
    """Raise Throttled if a request that is refused before REST framework throttles is one too many.

    REST framework asks who somebody is and what they may do before it counts. Then a wrong token,
    and whatever one may not do, could be tried without end; so what is refused is counted here.
    """
    if getattr(request, "is_throttled", False):  # it came so far
        return
    waits = [
        throttle.wait() or 1
        for throttle in view.get_throttles()
        if not throttle.allow_request(request, view)
    ]
    if waits:
        raise exceptions.Throttled(max(waits))


def account_of(request: Request, view: "APIView") -> object | None:
    """Whose requests this one is counted among; None for nobody's."""
    ask = getattr(view, "throttled_account", None)
    if ask is not None:
        return ask(request)  # type: ignore[no-any-return]
    try:
        return request.user.pk
    except exceptions.APIException:  # of the request itself: it could not be read
        return None


class Throttle(throttling.SimpleRateThrottle):
    """Counts in the cache. Without the cache it lets everybody in: better unlimited than closed."""

    def get_rate(self) -> str | None:
        """The rate as the settings have it now."""
        rates: dict[str, str] = settings.THROTTLE_RATES
        return rates[str(self.scope)] or None

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Whether this one is still within the rate."""
        request.is_throttled = True  # type: ignore[attr-defined]
        try:
            return super().allow_request(request, view)
        except (RedisError, OSError):
            logger.warning("not throttled: the cache is away", exc_info=True)
            return True

    def get_ident(self, request: Request) -> str:
        """The client's address, or of an IPv6 address the network: see `core.networks`."""
        return network_address(super().get_ident(request) or "")

    def get_cache_key(self, request: Request, view: "APIView") -> str | None:
        """One count for each person, and for each address without one."""
        ident = account_of(request, view) or self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": ident}


class BurstThrottle(Throttle):
    """Everybody, within a short time."""

    scope = "burst"


class AnonThrottle(Throttle):
    """Whoever is not logged in, over a long time."""

    scope = "anon"

    def get_cache_key(self, request: Request, view: "APIView") -> str | None:
        """None for people: this one does not count them."""
        is_person = account_of(request, view) is not None
        return None if is_person else super().get_cache_key(request, view)


class UserThrottle(Throttle):
    """People who are logged in, over a long time."""

    scope = "user"

    def get_cache_key(self, request: Request, view: "APIView") -> str | None:
        """None for anonymous callers: this one does not count them."""
        is_person = account_of(request, view) is not None
        return super().get_cache_key(request, view) if is_person else None


class SensitiveThrottle(Throttle):
    """What does harm when it is done often. Views add it to the others."""

    scope = "sensitive"


class AddressThrottle(Throttle):
    """By address alone, whoever asks."""

    def get_cache_key(self, request: Request, view: "APIView") -> str:
        """One count for each address."""
        ident = self.get_ident(request)
        return self.cache_format % {"scope": self.scope, "ident": ident}


class LoginThrottle(AddressThrottle):
    """Guessing passwords, of however many accounts, from one address."""

    scope = "login"


class RegisterThrottle(AddressThrottle):
    """Opening accounts, or trying who has one."""

    scope = "register"
