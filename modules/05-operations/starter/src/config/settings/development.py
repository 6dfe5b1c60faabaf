"""One's own machine: everything has a default."""

from config.settings.base import *
from config.settings.environment import ROOT, comma_separated, env

# TODO(05): broker (brief, Variables).
from config.settings.services import cache, database

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = env.str("SECRET_KEY", default="") or "development-only-not-a-secret"
ALLOWED_HOSTS = comma_separated(env.str("ALLOWED_HOSTS", default="localhost,127.0.0.1"))

JWT_SIGNING_KEY = env.str("JWT_SIGNING_KEY", default="")
SIMPLE_JWT = tokens(
    signing_key=JWT_SIGNING_KEY or "development-only-not-a-secret-" + "x" * 64,
    secret_key=SECRET_KEY,
)

DATABASE_URL = env.str("DATABASE_URL", default="") or f"sqlite:///{ROOT / 'db.sqlite3'}"
DATABASES = {"default": database(DATABASE_URL)}

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {"default": cache(REDIS_URL)}
# TODO(05): queues that stay when the cache is emptied (brief, Variables).
CELERY_BROKER_URL = REDIS_URL or "memory://"

# TODO(05): lines for people, and nothing remembered that another process may change
# (brief, tasks 1 and 6).
