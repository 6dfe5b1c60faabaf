"""The real thing."""

from config.settings.base import *
from django.core.exceptions import ImproperlyConfigured

DEBUG = False


def _needed(name):
    value = env(name)
    if value == "":
        raise ImproperlyConfigured(name)
    return value


SECRET_KEY = _needed("SECRET_KEY")
_needed("ALLOWED_HOSTS")
ALLOWED_HOSTS = names("ALLOWED_HOSTS")
DATABASES = {"default": database(_needed("DATABASE_URL"))}
CACHES = {"default": cache(_needed("REDIS_URL"))}

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = flag("SECURE_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^ready$"]
SECURE_HSTS_SECONDS = int(env("SECURE_HSTS_SECONDS", "31536000"))
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
