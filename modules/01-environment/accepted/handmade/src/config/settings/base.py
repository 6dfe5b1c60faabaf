"""What the layers share, and how they read the environment."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent.parent.parent


def _read_dotenv(path):
    values = {}
    if path.is_file():
        for line in path.read_text().splitlines():
            name, sign, value = line.strip().partition("=")
            if sign and not name.startswith("#"):
                values[name.strip()] = value.strip().strip("'\"")
    return values


_VARIABLES = {**_read_dotenv(BASE_DIR / ".env"), **os.environ}


def env(name, default=""):
    return _VARIABLES.get(name, default)


def flag(name, default):
    return env(name, str(default)).lower() in {"1", "true", "yes", "on"}


def names(name, default=""):
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


def database(url):
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": parts.path[1:] or ":memory:"}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname,
        "PORT": parts.port or 5432,
        "OPTIONS": {"connect_timeout": 4},
    }


def cache(url):
    if url:
        return {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": url,
            "OPTIONS": {"socket_timeout": 3, "socket_connect_timeout": 3},
        }
    return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}


INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "accounts.apps.AccountsConfig",
    "health.apps.HealthConfig",
]
MIDDLEWARE = [
    "health.middleware.LiveMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
AUTH_USER_MODEL = "accounts.User"
USE_TZ = True
STATIC_URL = "/static/"
CSRF_TRUSTED_ORIGINS = names("CSRF_TRUSTED_ORIGINS")
