"""Production: behind a proxy that ends TLS, everything from the environment."""

from config.settings.base import *

# BEGIN SOLUTION 01
from config.settings.environment import comma_separated, env, required

# BEGIN BEFORE 05
# from config.settings.services import cache, database
# END
# BEGIN SOLUTION 05
from config.settings.services import broker, cache, database

# STUB
# # TODO(05): broker (brief, Variables).
# from config.settings.services import cache, database
# END
DEBUG = False  # whatever the variable says
SECRET_KEY = required("SECRET_KEY")
ALLOWED_HOSTS = comma_separated(required("ALLOWED_HOSTS"))
# BEGIN SOLUTION 04
SIMPLE_JWT = tokens(signing_key=required("JWT_SIGNING_KEY"), secret_key=SECRET_KEY)
# STUB
# # TODO(04): SIMPLE_JWT, with a signing key that is required here (brief, task 1).
# END
DATABASES = {"default": database(required("DATABASE_URL"))}
CACHES = {"default": cache(required("REDIS_URL"))}
# BEGIN BEFORE 05
# CELERY_BROKER_URL = required("REDIS_URL")
# END

# BEGIN SOLUTION 05
CELERY_BROKER_URL = broker(required("REDIS_URL"))
MAILERS = smtp(EMAIL_HOST_NAME or "localhost")  # printing is no way to send an e-mail
# STUB
# # TODO(05): the mail server, and queues that stay when the cache is emptied (brief, Variables).
# CELERY_BROKER_URL = required("REDIS_URL")
# END

# The proxy sets this header on every request and removes what a client sent.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
# Whoever probes is inside, beside the proxy, and speaks plain HTTP.
# BEGIN BEFORE 05
# SECURE_REDIRECT_EXEMPT = [r"^(live|ready|healthz)$"]
# END
# BEGIN SOLUTION 05
SECURE_REDIRECT_EXEMPT = [r"^(live|ready|healthz|metrics)$"]
# STUB
# # TODO(05): Prometheus is inside, too (brief, task 2).
# SECURE_REDIRECT_EXEMPT = [r"^(live|ready|healthz)$"]
# END
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)  # a year
# BEGIN BEFORE 05
# SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# SECURE_HSTS_PRELOAD = True
# END
# BEGIN SOLUTION 05
# While it is being raised, this site alone; the lists in browsers are for good, and want a year.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_SECONDS >= 31_536_000
SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS >= 31_536_000
# STUB
# # TODO(05): neither while the time of HSTS is being raised (brief, task 9).
# SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# SECURE_HSTS_PRELOAD = True
# END
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

# Static files are served by the application itself, right after the security middleware.
# BEGIN BEFORE 04
# MIDDLEWARE = [
#     MIDDLEWARE[0],
#     "whitenoise.middleware.WhiteNoiseMiddleware",
#     *MIDDLEWARE[1:],
# ]
# END
# BEGIN GIVEN 04
MIDDLEWARE = [
    *MIDDLEWARE[:ABOVE_STATIC_FILES],
    "whitenoise.middleware.WhiteNoiseMiddleware",
    *MIDDLEWARE[ABOVE_STATIC_FILES:],
]
# END
# STUB
# from config.settings.environment import env
# from config.settings.services import cache, database
#
# # TODO(01): nothing secret may have a default here, debug is never on, and every answer but
# # the probes' is over HTTPS, with HSTS and Secure cookies (brief, tasks 2 and 3).
# DEBUG = env.bool("DEBUG", default=True)
# SECRET_KEY = env.str("SECRET_KEY", default="change-me")
# ALLOWED_HOSTS = ["*"]
# DATABASES = {"default": database(env.str("DATABASE_URL", default="sqlite:///db.sqlite3"))}
# CACHES = {"default": cache(env.str("REDIS_URL", default=""))}
# CELERY_BROKER_URL = env.str("REDIS_URL", default="memory://")
# END
