"""What every view of the API is made of."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, ClassVar

from accounts.access import AnyUser
from api.conditional import answer, has_condition, require_match
from api.fields import BodySerializer
from api.throttles import AnonRate, BurstRate, SensitiveRate, UserRate
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularRedocView,
    SpectacularSwaggerSplitView,
)
from rest_framework import exceptions
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny, IsAuthenticatedOrReadOnly
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView


class AnythingGoes(DefaultContentNegotiation):
    """Whoever takes none of our formats gets the first of them."""

    def select_renderer(
        self,
        request: Request,
        renderers: Sequence[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        """The renderer that fits best."""
        first = renderers[0]
        if len(renderers) > 1:
            try:
                chosen: tuple[BaseRenderer, str] = super().select_renderer(request, renderers, format_suffix)
            except (exceptions.NotAcceptable, Http404, ValueError):
                return first, first.media_type
            return chosen
        return first, first.media_type


class ApiView(APIView):
    """Counts every request, whatever becomes of it, and refuses in the brief's order."""

    content_negotiation_class = AnythingGoes
    throttle_classes = (BurstRate, AnonRate, UserRate, SensitiveRate)
    is_nowhere: ClassVar[bool] = False
    asks_who_first: ClassVar[bool] = False  # 401 goes before 405

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who asks, how often, for something that is there, and may they."""
        self.format_kwarg = None
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request, force=True)
        request.version, request.versioning_scheme = None, None
        person = request._request.user  # before a wrong CSRF token hides them
        refusal: exceptions.APIException | None = None
        try:
            person = request.user
        except exceptions.APIException as exc:
            refusal = exc
        known = person.is_authenticated and person.is_active
        request.account = person.pk if known else None
        self.check_throttles(request)
        if self.is_nowhere:
            raise exceptions.NotFound("There is nothing here.")
        if refusal is not None:
            raise refusal
        if request.method == "OPTIONS":
            return
        if self.asks_who_first:
            self.check_permissions(request)
        if (request.method or "").lower() not in self.http_method_names or not hasattr(
            self, (request.method or "").lower()
        ):
            raise exceptions.MethodNotAllowed(request.method or "")
        if not self.asks_who_first:
            self.check_permissions(request)

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Which methods there are, in `Allow`."""
        return Response(status=204)


class NowhereView(ApiView):
    """Where no route is: a 404 that is counted, for every method."""

    is_nowhere = True
    permission_classes = (AllowAny,)


# ---- the document and its pages


@lru_cache(maxsize=1)
def document(version: str) -> Any:
    """The document, which does not change while the process lives."""
    generator = SchemaGenerator(api_version=version)  # type: ignore[no-untyped-call]
    return generator.get_schema(request=None, public=True)


class SchemaView(ApiView, SpectacularAPIView):
    """The OpenAPI document."""

    permission_classes = (AllowAny,)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """In English, whatever the parameters."""
        return Response(document("v1"))


SchemaView.get.__dict__.update(SpectacularAPIView.get.__dict__)


class DocsView(ApiView, SpectacularSwaggerSplitView):
    """Swagger UI."""

    permission_classes = (AllowAny,)


class RedocView(ApiView, SpectacularRedocView):
    """ReDoc."""

    permission_classes = (AllowAny,)


# ---- collections and single rows


class ResourceView(ApiView, GenericAPIView[Any]):
    """One of the five collections, or a row of it."""

    permission_classes: Sequence[Any] = (IsAuthenticatedOrReadOnly,)
    detail_serializer: ClassVar[type[BaseSerializer[Any]]]
    body_serializer: ClassVar[type[BodySerializer]]
    list_name: ClassVar[str] = ""
    model: ClassVar[type[models.Model]]

    @property
    def asker(self) -> AnyUser:
        """Who asks."""
        return self.request.user

    def visible(self) -> models.QuerySet[Any]:
        """The rows that a GET gives to whoever asks, as it shows them."""
        raise NotImplementedError

    def show(self, pk: int) -> dict[str, Any]:
        """What a GET of the row shows."""
        return dict(self.detail_serializer(self.shown().get(pk=pk)).data)

    def shown(self) -> models.QuerySet[Any]:
        """All rows as a GET shows them, whoever asks."""
        raise NotImplementedError

    def may_read(self, row: Any) -> bool:
        """Whether a GET gives it to whoever asks."""
        return True

    def may_change(self, row: Any) -> bool:
        """Whether whoever asks may do this to it."""
        return True

    def body(self, *, partial: bool = False) -> BodySerializer:
        """What was sent."""
        return self.body_serializer(data=self.request.data, partial=partial, context={"user": self.asker})


class ListMixin:
    """GET a page of the list."""

    list_serializer: ClassVar[type[BaseSerializer[Any]]]

    def list(self: Any, request: Request) -> Response:
        """A page, with its ETag."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        data = self.list_serializer(rows, many=True).data
        response: Response = self.get_paginated_response(list(map(dict, data)))
        return response


class RetrieveMixin:
    """GET a single row."""

    def retrieve(self: Any, request: Request) -> Response:
        """The row, with its ETag."""
        row = self.visible().filter(pk=self.kwargs["id"]).first()
        if row is None:
            raise exceptions.NotFound("There is no such row, or not for you.")
        return answer(request, dict(self.detail_serializer(row).data))


class ChangeMixin:
    """What PUT, PATCH, DELETE and the actions have in common: a row that waits for us."""

    @contextmanager
    def changing(self: Any) -> Iterator[Any]:
        """The row, locked, if it may be changed and If-Match fits; all of it or nothing is stored.

        The row alone is locked and read first. A join would show the other side as it was before
        we waited for the lock.
        """
        with transaction.atomic():
            row = self.model._base_manager.select_for_update().filter(pk=self.kwargs["id"]).first()
            if row is None or not self.may_read(row):
                raise exceptions.NotFound("There is no such row, or not for you.")
            if not self.may_change(row):
                raise PermissionDenied
            if has_condition(self.request):
                require_match(self.request, self.show(row.pk))
            yield row
