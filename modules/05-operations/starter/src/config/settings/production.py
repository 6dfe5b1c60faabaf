"""Production: behind a proxy that ends TLS, everything from the environment."""

from config.settings.base import *
from config.settings.environment import comma_separated, env, required

# TODO(05): broker (brief, Variables).
from config.settings.services import cache, database

DEBUG = False  # whatever the variable says
SECRET_KEY = required("SECRET_KEY")
ALLOWED_HOSTS = comma_separated(required("ALLOWED_HOSTS"))
SIMPLE_JWT = tokens(signing_key=required("JWT_SIGNING_KEY"), secret_key=SECRET_KEY)
DATABASES = {"default": database(required("DATABASE_URL"))}
CACHES = {"default": cache(required("REDIS_URL"))}

# TODO(05): the mail server, and queues that stay when the cache is emptied (brief, Variables).
CELERY_BROKER_URL = required("REDIS_URL")

# The proxy sets this header on every request and removes what a client sent.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
# Whoever probes is inside, beside the proxy, and speaks plain HTTP.
# TODO(05): Prometheus is inside, too (brief, task 2).
SECURE_REDIRECT_EXEMPT = [r"^(live|ready|healthz)$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)  # a year
# TODO(05): neither while the time of HSTS is being raised (brief, task 9).
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

# Static files are served by the application itself, right after the security middleware.
MIDDLEWARE = [
    *MIDDLEWARE[:ABOVE_STATIC_FILES],
    "whitenoise.middleware.WhiteNoiseMiddleware",
    *MIDDLEWARE[ABOVE_STATIC_FILES:],
]
