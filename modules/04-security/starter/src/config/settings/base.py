"""What every layer shares. A layer imports all of it and says only what differs."""

from config.settings.api import *
from config.settings.environment import ROOT, comma_separated, env

INSTALLED_APPS = [
    # TODO(04): the admin's log-in counts in as well (brief, task 4).
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "api",
    "accounts",
    "posts",
    "comments",
    "audit",
    # TODO(04): what tokens, the lock-out and CORS need (brief, tasks 1, 4 and 7).
    "health",
]

# How many proxies of our own stand in front; each adds one address to X-Forwarded-For.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

MIDDLEWARE = [
    "core.request_id.RequestIdMiddleware",
    "core.client_address.ClientAddressMiddleware",
    # TODO(04): the headers of every answer (brief, task 7).
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    # TODO(04): what the lock-out needs (brief, task 4).
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

# How many of them a static file in production passes.
ABOVE_STATIC_FILES = (
    MIDDLEWARE.index("django.middleware.security.SecurityMiddleware") + 1
)

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
CSRF_TRUSTED_ORIGINS = comma_separated(env.str("CSRF_TRUSTED_ORIGINS", default=""))

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "DIRS": [ROOT / "src" / "templates"],  # before those of the apps
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = ROOT / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Without a manifest: the application must also start where nothing was collected.
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
