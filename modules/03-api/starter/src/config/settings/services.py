"""From the URL of a service to what Django wants to know about it."""

from typing import Any

from config.settings.environment import env

# How long to wait for a service that does not answer. Together they stay well below the ten
# seconds that /ready may take, so that a probe says "unavailable" instead of hanging.
DATABASE_CONNECT_SECONDS = 3
CACHE_SECONDS = 2


def database(url: str) -> dict[str, Any]:
    """One entry of DATABASES for `postgres://…` or `sqlite:///…`."""
    config: dict[str, Any] = env.db_url_config(url)
    if config["ENGINE"] == "django.db.backends.postgresql":
        config["CONN_MAX_AGE"] = 60
        # A connection that died while idle is replaced instead of failing a request.
        config["CONN_HEALTH_CHECKS"] = True
        config.setdefault("OPTIONS", {}).setdefault(
            "connect_timeout", DATABASE_CONNECT_SECONDS
        )
    return config


def cache(url: str) -> dict[str, Any]:
    """One entry of CACHES for `redis://…`; an empty URL means this process's own memory."""
    if not url:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": url,
        "OPTIONS": {
            "socket_connect_timeout": CACHE_SECONDS,
            "socket_timeout": CACHE_SECONDS,
        },
    }
