"""How many requests one caller may make: sliding windows, kept in Redis where there is one."""

import hashlib
import ipaddress
import logging
import re
import threading
import time
from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

import redis
from django.conf import settings
from django.http import HttpRequest
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)

PERIODS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
REDIS_SECONDS = 1.0  # how long one question may take
REST_SECONDS = 2.0  # how long a Redis that did not answer is left alone

# One question, one answer, nobody in between. The clock is the server's, in microseconds.
# Returns 0 if the request is counted, else the microseconds until the next one would be.
SCRIPT = """
local now = redis.call('TIME')
now = tonumber(now[1]) * 1000000 + tonumber(now[2])
local period = tonumber(ARGV[1]) * 1000000
local number = tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - period))
local count = redis.call('ZCARD', KEYS[1])
if count < number then
  redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[3])
  redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[1]) * 1000 + 1000)
  return 0
end
if number < 1 then return string.format('%.0f', period) end
local oldest = redis.call('ZRANGE', KEYS[1], count - number, count - number, 'WITHSCORES')
return string.format('%.0f', math.max(1, tonumber(oldest[2]) + period - now))
"""


class Memory:
    """Windows in this process, for a machine without Redis."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._windows: dict[str, deque[float]] = {}

    def hit(self, key: str, number: int, period: int) -> float:
        """0 if it is counted, else the seconds until the next one would be."""
        now = time.monotonic()
        with self._lock:
            window = self._windows.setdefault(key, deque())
            while window and window[0] <= now - period:
                window.popleft()
            if len(window) < number:
                window.append(now)
                return 0.0
            if number < 1:
                return float(period)
            return max(window[len(window) - number] + period - now, 0.001)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._windows.clear()


class Server:
    """Windows in Redis, as sorted sets. If it does not answer, nobody is held back."""

    def __init__(self, url: str) -> None:
        client = redis.Redis.from_url(
            url,
            socket_connect_timeout=REDIS_SECONDS,
            socket_timeout=REDIS_SECONDS,
            # A connection that died while idle is made again, once.
            retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
        )
        self._script = client.register_script(SCRIPT)
        self._rests_until = 0.0

    def hit(self, key: str, number: int, period: int) -> float:
        """0 if it is counted, else the seconds until the next one would be."""
        if time.monotonic() < self._rests_until:
            return 0.0
        member = f"{time.time_ns()}-{threading.get_ident()}-{next_number()}"
        try:
            wait = self._script(keys=[key], args=[period, number, member])
        except (redis.RedisError, OSError):
            logger.warning("Redis does not answer: no rate limits", exc_info=True)
            self._rests_until = time.monotonic() + REST_SECONDS
            return 0.0
        return int(wait) / 1_000_000


_number = 0
_number_lock = threading.Lock()


def next_number() -> int:
    """A number that this process gives out once."""
    global _number
    with _number_lock:
        _number += 1
        return _number


memory = Memory()


@lru_cache(maxsize=8)
def _server(url: str) -> Server:
    return Server(url)


def windows() -> Memory | Server:
    """Where requests are counted."""
    url = getattr(settings, "REDIS_URL", "")
    return _server(url) if url else memory


@lru_cache(maxsize=64)
def parse_rate(rate: str) -> tuple[int, int] | None:
    """`120/minute` as (120, 60); None for no limit."""
    if not rate.strip():
        return None
    number, _, period = rate.strip().partition("/")
    return int(number), PERIODS[period]


def address(request: HttpRequest) -> str:
    """The address that counts: the connection's, or what the outermost proxy of ours saw."""
    found = request.META.get("REMOTE_ADDR", "")
    if proxies := settings.TRUSTED_PROXIES:
        header = request.META.get("HTTP_X_FORWARDED_FOR", "")
        hops = [hop.strip() for hop in header.split(",") if hop.strip()]
        if hops:
            found = hops[-min(proxies, len(hops))]
    return normalised(found)


def normalised(text: str) -> str:
    """One spelling for each caller; of IPv6 the /64 network, which is one household."""
    bare = text.strip()
    if match := re.fullmatch(r"\[([^\]]+)\](?::[0-9]+)?", bare):
        bare = match[1]
    elif re.fullmatch(r"[0-9.]+:[0-9]+", bare):
        bare = bare.partition(":")[0]
    try:
        found = ipaddress.ip_address(bare)
    except ValueError:
        return hashlib.sha256(bare.encode("utf-8", "replace")).hexdigest()
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return f"{ipaddress.IPv6Address(int(found) >> 64 << 64)}/64"
    return str(found)


class Rate(BaseThrottle):
    """One variable: one count for each caller. `request.account` is who asks, or None."""

    scope: ClassVar[str]

    def __init__(self) -> None:
        self._wait = 0.0

    def caller(self, request: Request) -> str | None:
        """Whose count it is; None if this request is not counted."""
        account = getattr(request, "account", None)
        if account is not None:
            return f"user:{account}"
        return f"address:{address(request._request)}"

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Count the request if it is within the rate."""
        rate = parse_rate(settings.THROTTLE_RATES.get(self.scope, ""))
        if rate is None:
            return True
        caller = self.caller(request)
        if caller is None:
            return True
        number, period = rate
        key = f"throttle:{self.scope}:{caller}"
        wait = windows().hit(key, number, period)
        self._wait = min(wait, period)
        return wait <= 0

    def wait(self) -> float:
        """Seconds after which the caller gets through."""
        return self._wait


class BurstRate(Rate):
    """Every request of every caller."""

    scope = "burst"


class AnonRate(Rate):
    """Every request from an address without an account."""

    scope = "anon"

    def caller(self, request: Request) -> str | None:
        """Addresses only."""
        found = super().caller(request)
        return found if found and found.startswith("address:") else None


class UserRate(Rate):
    """Every request of an account."""

    scope = "user"

    def caller(self, request: Request) -> str | None:
        """Accounts only."""
        found = super().caller(request)
        return found if found and found.startswith("user:") else None


class SensitiveRate(Rate):
    """What publishes, and what touches accounts; by the path, so that no spelling escapes."""

    scope = "sensitive"
    actions: ClassVar[Any] = re.compile(r"/api/(?:v1/)?posts/[^/]+/(?:un)?publish/")
    accounts: ClassVar[Any] = re.compile(r"/api/(?:v1/)?users/")

    def caller(self, request: Request) -> str | None:
        """Everybody, for those requests only."""
        path, method = request.path_info, request.method
        counts = (method == "POST" and self.actions.fullmatch(path)) or (
            method in ("POST", "PUT", "PATCH", "DELETE") and self.accounts.match(path)
        )
        return super().caller(request) if counts else None
