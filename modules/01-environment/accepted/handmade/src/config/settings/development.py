"""One's own machine."""

from config.settings.base import *

DEBUG = flag("DEBUG", True)
SECRET_KEY = env("SECRET_KEY") or "insecure"
ALLOWED_HOSTS = names("ALLOWED_HOSTS", "localhost,127.0.0.1")
DATABASES = {"default": database(env("DATABASE_URL") or f"sqlite:///{BASE_DIR}/development.sqlite3")}
CACHES = {"default": cache(env("REDIS_URL"))}
