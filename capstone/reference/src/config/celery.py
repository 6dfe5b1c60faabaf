"""The worker's entry point: `celery -A config.celery worker`."""

import os

from celery import Celery

# BEGIN SOLUTION 05
from celery.signals import setup_logging

from config.process import is_worker, share_metrics

if is_worker():
    share_metrics(leader=os.getpid())

# END

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

app = Celery("config")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# BEGIN SOLUTION 05


@setup_logging.connect
def leave_logging_as_it_is_set(**_: object) -> None:
    """The settings have set it up. Were nobody to listen here, Celery would log from WARNING on,
    whatever LOG_LEVEL says, unless the worker is started with `--loglevel`.
    """


# END
