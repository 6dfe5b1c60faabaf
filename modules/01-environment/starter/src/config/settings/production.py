"""Production: behind a proxy that ends TLS, everything from the environment."""

from config.settings.base import *
from config.settings.environment import env
from config.settings.services import cache, database

# TODO(01): nothing secret may have a default here, debug is never on, and every answer but
# the probes' is over HTTPS, with HSTS and Secure cookies (brief, tasks 2 and 3).
DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = env.str("SECRET_KEY", default="change-me")
ALLOWED_HOSTS = ["*"]
DATABASES = {
    "default": database(env.str("DATABASE_URL", default="sqlite:///db.sqlite3"))
}
CACHES = {"default": cache(env.str("REDIS_URL", default=""))}
CELERY_BROKER_URL = env.str("REDIS_URL", default="memory://")
