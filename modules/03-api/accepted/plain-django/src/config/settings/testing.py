"""pytest: fast, and the same on every machine."""

from config.settings.api import rate
from config.settings.base import *
from config.settings.environment import env
from config.settings.services import cache, database

DEBUG = False  # as in production, whatever the variable says
SECRET_KEY = env.str("SECRET_KEY", default="") or "testing-only-not-a-secret"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

DATABASES = {"default": database(env.str("DATABASE_URL", default="") or "sqlite://:memory:")}

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {"default": cache(REDIS_URL)}
CELERY_BROKER_URL = "memory://"

# Hashing is slow on purpose; tests make many users and break no passwords.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# No limits, unless the environment asks for them.
THROTTLE_BURST = rate(env.str("THROTTLE_BURST", default=""))
THROTTLE_ANON = rate(env.str("THROTTLE_ANON", default=""))
THROTTLE_USER = rate(env.str("THROTTLE_USER", default=""))
THROTTLE_SENSITIVE = rate(env.str("THROTTLE_SENSITIVE", default=""))
