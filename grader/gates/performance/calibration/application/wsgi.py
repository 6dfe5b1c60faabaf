"""The application that others are measured against. It runs in a sandbox of its own, and imports nothing of the grader.

A small Django project with an API as in the course: what a machine that others share does badly for a while costs a
large program more than a loop. Each answer is a page of 20 rows, after one row was written and removed.
"""

import os
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application

_URL = urlsplit(os.environ["DATABASE_URL"])
settings.configure(
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="made up: it protects nothing",
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "rest_framework", "board"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        "django.middleware.http.ConditionalGetMiddleware",
    ],
    # What goes wrong is told to whoever reads the output of the server.
    LOGGING={
        "version": 1,
        "handlers": {"output": {"class": "logging.StreamHandler"}},
        "root": {"handlers": ["output"]},
    },
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _URL.path.lstrip("/"),
            "USER": _URL.username,
            "PASSWORD": _URL.password,
            "HOST": _URL.hostname,
            "PORT": _URL.port,
            "CONN_MAX_AGE": 60,
        }
    },
)
django.setup()

from board.models import make_tables  # noqa: E402
from board.views import Posts  # noqa: E402
from django.db import connection  # noqa: E402
from django.urls import path  # noqa: E402

urlpatterns = [path("", Posts.as_view())]
make_tables()
connection.close()
application = get_wsgi_application()
