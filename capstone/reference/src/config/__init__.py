"""How the project is put together: settings, addresses and entry points."""

# BEGIN GIVEN 05
from config.celery import app as celery_app

__all__ = ["celery_app"]
# END
