"""What every layer shares. A layer imports all of it and says only what differs."""

from config.settings.api import *
from config.settings.auth import *
from config.settings.environment import ROOT, comma_separated, env
from config.settings.headers import *

# TODO(05): a file of settings for each of logs, mail, observability and tasks (brief, Variables).

INSTALLED_APPS = [
    "config.apps.ProtectedAdminConfig",
    "authentication",  # before django.contrib.auth, whose commands it extends
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
    "axes",
    "corsheaders",
    "rest_framework_simplejwt.token_blacklist",
    "jobs",
    "mail",
    "analytics",
    "observability",
    "health",
]

# How many proxies of our own stand in front; each adds one address to X-Forwarded-For.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

MIDDLEWARE = [
    "core.request_id.RequestIdMiddleware",
    # TODO(05): log and measure every request (brief, tasks 1 and 2).
    "core.client_address.ClientAddressMiddleware",
    # Above whatever may answer by itself, so that redirects, errors and static files have them too.
    "core.headers.PermissionsPolicyMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "core.admin_access.AdminNetworksMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",  # turns the answer to who is locked out into a 429
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
                "django.template.context_processors.csp",
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

# TODO(05): one JSON object a line, and no secret in it (brief, task 1).
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
