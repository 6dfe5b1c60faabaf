"""How often one caller may ask: sliding windows, kept in Redis, or in memory without one."""

import ipaddress
import logging
import math
import re
import threading
import time
import uuid
from dataclasses import dataclass
from functools import cache as memoized

import redis
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
PAUSE = 2  # seconds for which a Redis that did not answer is left alone

_SENSITIVE = re.compile(r"/api/(?:v1/)?(?:posts/[^/]+/(?:un)?publish/|users/.*)")

# Looks at all windows first; only if there is room in each of them the request is noted in each.
# Microseconds are exact in Lua's numbers until the year 2255.
_SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local wait = 0
for i, key in ipairs(KEYS) do
  local number, period = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%.0f', now - period))
  local size = redis.call('ZCARD', key)
  if size >= number then
    local needed = period
    if number > 0 then
      local entry = redis.call('ZRANGE', key, size - number, size - number, 'WITHSCORES')
      needed = tonumber(entry[2]) + period - now
    end
    wait = math.max(wait, needed, 1)
  end
end
if wait == 0 then
  for i, key in ipairs(KEYS) do
    local period = tonumber(ARGV[2 * i + 1])
    redis.call('ZADD', key, string.format('%.0f', now), ARGV[1])
    redis.call('PEXPIRE', key, string.format('%.0f', period / 1000))
  end
end
return wait
"""


@dataclass(frozen=True)
class Window:
    """So many requests in so many seconds, counted under a key."""

    key: str
    number: int
    seconds: int


@memoized
def _rate(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    number, _, period = text.partition("/")
    return int(number), SECONDS[period]


def address(request: HttpRequest) -> str:
    """Where the request comes from, as far as our own proxies vouch for it."""
    text = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
    if settings.TRUSTED_PROXIES and forwarded:
        entries = forwarded.split(",")
        text = entries[max(0, len(entries) - settings.TRUSTED_PROXIES)]
    return _network(text.strip())


def _network(text: str) -> str:
    """An IPv4 address, the /64 network of an IPv6 address, or whatever it is."""
    bare = text
    if bracketed := re.fullmatch(r"\[(.*)\](?::\d+)?", bare):
        bare = bracketed[1]
    elif re.fullmatch(r"[\d.]+:\d+", bare):
        bare = bare.partition(":")[0]
    try:
        ip = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return text[:200]
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.IPv6Network((ip, 64), strict=False))
    return str(ip)


def windows(request: HttpRequest) -> list[Window]:
    """Those that count this request."""
    if request.user.is_authenticated:
        own, caller = "USER", f"user:{request.user.pk}"
    else:
        own, caller = "ANON", f"address:{address(request)}"
    names = ["BURST", own]
    is_change = request.method in {"POST", "PUT", "PATCH", "DELETE"}
    if is_change and (path := _SENSITIVE.fullmatch(request.path_info)):
        if "users/" in path[0] or request.method == "POST":
            names.append("SENSITIVE")
    found = []
    for name in names:
        rate = _rate(getattr(settings, f"THROTTLE_{name}"))
        if rate is not None:
            found.append(Window(f"throttle:{name}:{caller}", *rate))
    return found


def seconds_to_wait(request: HttpRequest) -> int:
    """0 if there is room for the request, which counts from now on; else how long to wait."""
    asked = windows(request)
    if not asked:
        return 0
    location = settings.CACHES["default"].get("LOCATION", "")
    if str(location).startswith(("redis://", "rediss://", "unix://")):
        wait = _ask_redis(str(location), asked)
    else:
        wait = _ask_memory(asked)
    if wait <= 0:
        return 0
    return min(max(1, math.ceil(wait)), max(window.seconds for window in asked))


_lock = threading.Lock()


def _ask_memory(asked: list[Window]) -> float:
    with _lock:
        now = time.time()
        wait = 0.0
        noted = {}
        for window in asked:
            times = [moment for moment in cache.get(window.key, []) if moment > now - window.seconds]
            noted[window] = times
            if len(times) >= window.number:
                needed = float(window.seconds)
                if window.number:
                    needed = times[len(times) - window.number] + window.seconds - now
                wait = max(wait, needed, 1e-6)
        if wait == 0:
            for window, times in noted.items():
                cache.set(window.key, [*times, now], timeout=window.seconds)
        return wait


@memoized
def _client(location: str) -> redis.Redis:
    return redis.Redis.from_url(
        location,
        socket_connect_timeout=2,
        socket_timeout=2,
        retry=Retry(NoBackoff(), 0),
    )


_silent_until = 0.0


def _ask_redis(location: str, asked: list[Window]) -> float:
    global _silent_until
    if time.monotonic() < _silent_until:
        return 0
    arguments: list[str | int] = [uuid.uuid4().hex]
    for window in asked:
        arguments += [window.number, window.seconds * 1_000_000]
    keys = [window.key for window in asked]
    try:
        wait = _client(location).eval(_SCRIPT, len(keys), *keys, *arguments)
    except (redis.RedisError, OSError):
        logger.warning("Redis does not answer: nobody is throttled.", exc_info=True)
        _silent_until = time.monotonic() + PAUSE
        return 0
    return int(wait) / 1_000_000  # type: ignore[arg-type]  # not awaitable here
