"""The ASGI entry point: `config.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

# TODO(01): what serves requests must default to the production layer (brief, task 2).
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")

application = get_asgi_application()
