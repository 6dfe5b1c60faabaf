"""Production: behind a proxy that ends TLS, everything from the environment."""

from config.settings.base import *
from config.settings.environment import comma_separated, env, required
from config.settings.services import cache, database

DEBUG = False  # whatever the variable says
SECRET_KEY = required("SECRET_KEY")
ALLOWED_HOSTS = comma_separated(required("ALLOWED_HOSTS"))
DATABASES = {"default": database(required("DATABASE_URL"))}
CACHES = {"default": cache(required("REDIS_URL"))}
CELERY_BROKER_URL = required("REDIS_URL")

# The proxy sets this header on every request and removes what a client sent.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
# Whoever probes is inside, beside the proxy, and speaks plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^(live|ready|healthz)$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)  # a year
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

# Static files are served by the application itself, right after the security middleware.
_after = MIDDLEWARE.index("django.middleware.security.SecurityMiddleware") + 1
MIDDLEWARE = [
    *MIDDLEWARE[:_after],
    "whitenoise.middleware.WhiteNoiseMiddleware",
    *MIDDLEWARE[_after:],
]
