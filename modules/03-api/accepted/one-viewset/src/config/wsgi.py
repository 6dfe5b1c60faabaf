"""The WSGI entry point: `config.wsgi:application`."""

import os
from typing import Any

import django
from django.core.exceptions import BadRequest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")


class Request(WSGIRequest):
    """Django's, but a Content-Type that nobody can read is none, and no reason to fall over."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]
        except BadRequest:
            self.content_type, self.content_params = "", {}


class Handler(WSGIHandler):
    """Django's, with such requests."""

    request_class = Request


django.setup(set_prefix=False)
application = Handler()
