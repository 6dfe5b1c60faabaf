"""The worker."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
app = Celery("config", broker=os.environ.get("REDIS_URL", "memory://"))
