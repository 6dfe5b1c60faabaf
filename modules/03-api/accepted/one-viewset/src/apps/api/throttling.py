"""How many requests each caller has made of late: a sliding window for each rate."""

import ipaddress
import logging
import math
import re
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import redis
from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_RATE = re.compile(r"([0-9]+)/(second|minute|hour|day)")
# Publishing, and whatever changes accounts, with and without the version.
_SENSITIVE = re.compile(
    r"POST /api/(?:v1/)?posts/[^/]+/(?:un)?publish/"
    r"|(?:POST|PUT|PATCH|DELETE) /api/(?:v1/)?users/.*",
    re.DOTALL,
)
PATIENCE = 1  # seconds for Redis, and how long it is left alone after it did not answer


@dataclass(frozen=True)
class Window:
    """At most `number` requests within `period` seconds, counted under `key`."""

    key: str
    number: int
    period: int


@cache
def parse(rate: str) -> tuple[int, int] | None:
    """The number and the period in seconds; an empty rate is no limit."""
    if not rate.strip():
        return None
    found = _RATE.fullmatch(rate.strip())
    if not found:
        raise ImproperlyConfigured(f"{rate!r} is no rate like 120/minute.")
    return int(found[1]), SECONDS[found[2]]


def windows(request: HttpRequest) -> list[Window]:
    """The windows that this request falls into."""
    user: Any = get_user(request) if any(settings.THROTTLES.values()) else None
    if user is None:
        return []
    named = user.is_authenticated and user.is_active
    caller = f"user:{user.pk}" if named else f"address:{address(request)}"
    counted = {
        "BURST": True,
        "ANON": not named,
        "USER": named,
        "SENSITIVE": _SENSITIVE.fullmatch(f"{request.method} {request.path_info}"),
    }
    found = []
    for name, rate in settings.THROTTLES.items():
        if counted[name] and (limit := parse(rate)):
            found.append(Window(f"throttle:{name}:{rate}:{caller}", *limit))
    return found


def address(request: HttpRequest) -> str:
    """Where the request comes from, as far as our own proxies can tell."""
    text = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR")
    if settings.TRUSTED_PROXIES and forwarded is not None:
        entries = forwarded.split(",")
        text = entries[-min(settings.TRUSTED_PROXIES, len(entries))].strip()
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return text
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        # Who has one address of a /64 has all of them.
        return str(ipaddress.IPv6Network((int(found), 64), strict=False))
    return str(found)


class Memory:
    """The same as Redis does, in this process, for one's own machine."""

    def __init__(self) -> None:
        self.times: defaultdict[str, list[float]] = defaultdict(list)
        self.lock = threading.Lock()

    def wait(self, asked: Sequence[Window]) -> float:
        """As of `Server`."""
        longest = 0.0
        with self.lock:
            now = time.time()
            for window in asked:
                times = self.times[window.key]
                times[:] = [one for one in times if one > now - window.period]
                if len(times) >= window.number:
                    oldest = times[-window.number] if window.number else now
                    longest = max(longest, oldest + window.period - now, 0.001)
            if not longest:
                for window in asked:
                    self.times[window.key].append(now)
        return longest


class Server:
    """Redis: one sorted set of times for each window, asked and changed in one step."""

    SCRIPT = """
    local clock = redis.call('TIME')
    local now = clock[1] * 1000000 + clock[2]
    local longest = 0
    for i, key in ipairs(KEYS) do
        local number = tonumber(ARGV[2 * i])
        local period = tonumber(ARGV[2 * i + 1]) * 1000000
        redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%.0f', now - period))
        local count = redis.call('ZCARD', key)
        if count >= number then
            local blocking = redis.call('ZRANGE', key, count - number, count - number, 'WITHSCORES')
            local oldest = tonumber(blocking[2] or now)
            longest = math.max(longest, oldest + period - now, 1)
        end
    end
    if longest == 0 then
        for i, key in ipairs(KEYS) do
            redis.call('ZADD', key, string.format('%.0f', now), ARGV[1])
            redis.call('EXPIRE', key, tonumber(ARGV[2 * i + 1]) + 1)
        end
    end
    return string.format('%.0f', longest)
    """

    def __init__(self, url: str) -> None:
        self.client = redis.Redis.from_url(
            url,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 1),
        )
        self.script = self.client.register_script(self.SCRIPT)
        self.silent_until = 0.0

    def wait(self, asked: Sequence[Window]) -> float:
        """For how many seconds the caller has to wait; 0 means that the request is counted.

        One that has to wait counts for nothing. Without an answer nobody has to wait.
        """
        if time.monotonic() < self.silent_until:
            return 0
        limits = [number for one in asked for number in (one.number, one.period)]
        try:
            micro = self.script(keys=[one.key for one in asked], args=[uuid.uuid4().hex, *limits])
        except (redis.RedisError, OSError):
            logger.warning("nobody is throttled: Redis does not answer", exc_info=True)
            self.silent_until = time.monotonic() + PATIENCE
            return 0
        return int(micro) / 1_000_000


@cache
def store(location: str) -> Memory | Server:
    """Where requests are counted."""
    return Server(location) if location else Memory()


def wait(request: HttpRequest) -> int:
    """For how many whole seconds the caller has to wait; 0 means that the request is counted."""
    asked = windows(request)
    if not asked:
        return 0
    cache_settings = settings.CACHES["default"]
    seconds = store(cache_settings.get("LOCATION") or "").wait(asked)
    longest = max(window.period for window in asked)
    return min(math.ceil(seconds), longest) if seconds else 0
