"""One's own machine: everything has a default."""

from config.settings.base import *
from config.settings.environment import ROOT, comma_separated, env

# BEGIN BEFORE 05
# from config.settings.services import cache, database
# END
# BEGIN SOLUTION 05
from config.settings.services import broker, cache, database

# STUB
# # TODO(05): broker (brief, Variables).
# from config.settings.services import cache, database
# END

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = env.str("SECRET_KEY", default="") or "development-only-not-a-secret"
ALLOWED_HOSTS = comma_separated(env.str("ALLOWED_HOSTS", default="localhost,127.0.0.1"))

# BEGIN SOLUTION 04
JWT_SIGNING_KEY = env.str("JWT_SIGNING_KEY", default="")
SIMPLE_JWT = tokens(
    signing_key=JWT_SIGNING_KEY or "development-only-not-a-secret-" + "x" * 64,
    secret_key=SECRET_KEY,
)
# STUB
# # TODO(04): SIMPLE_JWT, with a signing key that has a default here (brief, task 1).
# END

DATABASE_URL = env.str("DATABASE_URL", default="") or f"sqlite:///{ROOT / 'db.sqlite3'}"
DATABASES = {"default": database(DATABASE_URL)}

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {"default": cache(REDIS_URL)}
# BEGIN BEFORE 05
# CELERY_BROKER_URL = REDIS_URL or "memory://"
# END
# BEGIN SOLUTION 05
CELERY_BROKER_URL = broker(REDIS_URL) if REDIS_URL else "memory://"
# STUB
# # TODO(05): queues that stay when the cache is emptied (brief, Variables).
# CELERY_BROKER_URL = REDIS_URL or "memory://"
# END

# BEGIN SOLUTION 05
LOGGING = logging_config(as_json=env.bool("LOG_JSON", default=False))
if not REDIS_URL:
    # A cache in this process's own memory, of which no other can say that something has changed.
    FEED_CACHE_SECONDS = 0
# STUB
# # TODO(05): lines for people, and nothing remembered that another process may change
# # (brief, tasks 1 and 6).
# END
