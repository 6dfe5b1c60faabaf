"""Tests."""

from config.settings.base import *

DEBUG = False
SECRET_KEY = env("SECRET_KEY") or "x" * 50
ALLOWED_HOSTS = ["testserver"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
CACHES = {"default": cache("")}
