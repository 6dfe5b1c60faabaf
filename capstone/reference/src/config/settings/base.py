"""What every layer shares. A layer imports all of it and says only what differs."""

# BEGIN SOLUTION 06
from config.settings.anomalies import *

# STUB
# # TODO(06): a file of settings for unusual log-ins (brief, Variables).
#
# END
# BEGIN GIVEN 03
from config.settings.api import *

# END
# BEGIN SOLUTION 04
from config.settings.auth import *

# END
# BEGIN SOLUTION 05
from config.settings.cache import *
from config.settings.database import *

# END
from config.settings.environment import ROOT, comma_separated, env

# BEGIN SOLUTION 04
from config.settings.headers import *

# END
# BEGIN SOLUTION 05
from config.settings.logging import *
from config.settings.mail import *
from config.settings.observability import *

# BEGIN SOLUTION 06
from config.settings.second_factor import *

# STUB
# # TODO(06): a file of settings for the second factor (brief, Variables).
# END
from config.settings.tasks import *

# STUB
# # TODO(05): a file of settings for each of logs, mail, observability and tasks (brief, Variables).
# END

INSTALLED_APPS = [
    # BEGIN BEFORE 04
    # "django.contrib.admin",
    # END
    # BEGIN SOLUTION 04
    "config.apps.ProtectedAdminConfig",
    "authentication",  # before django.contrib.auth, whose commands it extends
    # STUB
    # # TODO(04): the admin's log-in counts in as well (brief, task 4).
    # "django.contrib.admin",
    # END
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",  # GIVEN 03
    "django_filters",  # GIVEN 03
    "drf_spectacular",  # GIVEN 03
    "drf_spectacular_sidecar",  # GIVEN 03
    "api",  # GIVEN 03
    "accounts",
    "posts",  # GIVEN 02
    "comments",  # GIVEN 02
    "audit",  # GIVEN 04
    # BEGIN SOLUTION 04
    "axes",
    "corsheaders",
    "rest_framework_simplejwt.token_blacklist",
    # STUB
    # # TODO(04): what tokens, the lock-out and CORS need (brief, tasks 1, 4 and 7).
    # END
    "jobs",  # GIVEN 05
    "mail",  # GIVEN 05
    "analytics",  # GIVEN 05
    "observability",  # GIVEN 05
    # BEGIN SOLUTION 06
    "mfa",
    "anomalies",
    # STUB
    # # TODO(06): your apps, for the second factor and for unusual log-ins (brief, tasks 2 and 3).
    # END
    "health",
]

# BEGIN GIVEN 04
# How many proxies of our own stand in front; each adds one address to X-Forwarded-For.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

# END
MIDDLEWARE = [
    # BEGIN SOLUTION 05
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    # END
    "core.request_id.RequestIdMiddleware",  # GIVEN 04
    # BEGIN SOLUTION 05
    "observability.middleware.RequestLogMiddleware",
    # STUB
    # # TODO(05): log and measure every request (brief, tasks 1 and 2).
    # END
    "core.client_address.ClientAddressMiddleware",  # GIVEN 04
    # BEGIN SOLUTION 04
    # Above whatever may answer by itself, so that redirects, errors and static files have them too.
    "core.headers.PermissionsPolicyMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # STUB
    # # TODO(04): the headers of every answer (brief, task 7).
    # END
    "django.middleware.security.SecurityMiddleware",
    # BEGIN SOLUTION 04
    "core.admin_access.AdminNetworksMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    # END
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    # BEGIN BEFORE 04
    # "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # END
    # BEGIN SOLUTION 04
    "axes.middleware.AxesMiddleware",  # turns the answer to who is locked out into a 429
    # STUB
    # # TODO(04): what the lock-out needs (brief, task 4).
    # "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # END
    # BEGIN SOLUTION 05
    "django_prometheus.middleware.PrometheusAfterMiddleware",
    # END
]

# BEGIN GIVEN 04
# How many of them a static file in production passes.
ABOVE_STATIC_FILES = (
    MIDDLEWARE.index("django.middleware.security.SecurityMiddleware") + 1
)

# END
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
CSRF_TRUSTED_ORIGINS = comma_separated(env.str("CSRF_TRUSTED_ORIGINS", default=""))

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        # BEGIN GIVEN 03
        "DIRS": [ROOT / "src" / "templates"],  # before those of the apps
        # END
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                # BEGIN SOLUTION 04
                "django.template.context_processors.csp",
                # END
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
# BEGIN SOLUTION 06
# A core.clock.Clock.
CLOCK = "core.clock.SystemClock"
# END

STATIC_URL = "static/"
STATIC_ROOT = ROOT / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Without a manifest: the application must also start where nothing was collected.
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True

# BEGIN BEFORE 05
# LOGGING = {
#     "version": 1,
#     "disable_existing_loggers": False,
#     "formatters": {
#         "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
#     },
#     "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
#     "root": {"handlers": ["console"], "level": "INFO"},
# }
# END
# BEGIN SOLUTION 05
# STUB
# # TODO(05): one JSON object a line, and no secret in it (brief, task 1).
# LOGGING = {
#     "version": 1,
#     "disable_existing_loggers": False,
#     "formatters": {
#         "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
#     },
#     "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
#     "root": {"handlers": ["console"], "level": "INFO"},
# }
# END
