"""Conditional requests: nothing is sent twice, and nobody overwrites what they have not seen."""

import hashlib
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags, quote_etag
from rest_framework import exceptions, viewsets
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

if TYPE_CHECKING:
    Base = viewsets.ModelViewSet[Any]
else:
    Base = object


class PreconditionFailed(exceptions.APIException):
    """What the caller has seen is not what is stored any more."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = "It has changed since you read it. Read it again."
    default_code = "precondition_failed"


def etag_of(data: Any) -> str:
    """The strong tag of a representation: other content, other tag."""
    return quote_etag(hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:32])


def require_match(request: Request, current: str) -> None:
    """PreconditionFailed, unless If-Match is absent or names the current tag."""
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return
    if current not in parse_etags(header):
        raise PreconditionFailed


def is_known(request: Request, current: str) -> bool:
    """Whether If-None-Match names what we are about to send."""
    header = request.headers.get("If-None-Match", "")
    tags = {tag.removeprefix("W/") for tag in parse_etags(header)}
    return header.strip() == "*" or current in tags


class ConditionalMixin(Base):
    """Answers carry an ETag. Reads honour If-None-Match, changes honour If-Match."""

    def get_object(self) -> Any:
        """The object; before a change locked, and compared with what the caller has seen."""
        if self.request.method in SAFE_METHODS:
            return super().get_object()
        self._lock()
        instance = super().get_object()
        require_match(self.request, etag_of(self.get_serializer(instance).data))
        return instance

    def _lock(self) -> None:
        """Let nobody come between the comparison and the change."""
        rows = self.get_queryset().model._base_manager.select_for_update()
        rows.filter(pk=self.kwargs["pk"]).first()

    @transaction.atomic
    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change in the transaction that compares."""
        return super().update(request, *args, **kwargs)

    @transaction.atomic
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete in the transaction that compares."""
        return super().destroy(request, *args, **kwargs)

    def finalize_response(
        self,
        request: Request,
        response: Response,
        *args: Any,
        **kwargs: Any,
    ) -> Response:
        """Put the tag on what is sent, or send no more than the tag."""
        done = super().finalize_response(request, response, *args, **kwargs)
        patch_cache_control(done, private=True, no_cache=True)
        if done.data and done.status_code < 300:
            done["ETag"] = etag_of(done.data)
            if request.method in SAFE_METHODS and is_known(request, done["ETag"]):
                done.data, done.status_code = None, HTTPStatus.NOT_MODIFIED
        return done
