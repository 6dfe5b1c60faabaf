# FILE SOLUTION 03
"""How the OpenAPI document is made from the code: no error goes undocumented."""

from collections.abc import Iterator
from copy import deepcopy
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.permissions import SAFE_METHODS

from api.conditional import ConditionalMixin
from api.schema_problems import reference_to

if TYPE_CHECKING:
    from accounts.access import AnyUser

type Endpoint = tuple[str, str, str, Any]

SUMMARIES = {
    "list": "List {many}",
    "create": "Create a {one}",
    "retrieve": "Read a {one}",
    "update": "Replace a {one}",
    "partial_update": "Change a {one}",
    "destroy": "Delete a {one}",
}


def canonical_only(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Every operation once, under the address that names its version."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]


class OperationSchema(AutoSchema):
    """An operation with a summary, its conditions, and all that can come of it.

    A view adds what only it can know: `more_problems = {"action": {409}}`.
    """

    def get_summary(self) -> str:
        """What it does, in a few words."""
        model = getattr(getattr(self.view, "queryset", None), "model", None)
        if self._action in SUMMARIES and model is not None:
            words = model._meta
            return SUMMARIES[self._action].format(
                one=words.verbose_name, many=words.verbose_name_plural
            )
        described: str = self.get_description()
        return described.partition(".")[0].partition(":")[0]

    def get_operation_id(self) -> str:
        """What generated clients call it: `posts_list`, `posts_publish`."""
        resource = "_".join(self.get_tags())
        return f"{resource}_{self._action or self.method.lower()}"

    def get_auth(self) -> list[dict[str, Any]]:
        """The ways to log in, and none where nobody has to."""
        ways = [way for way in super().get_auth() if way]
        return [*ways, {}] if self._has_access(AnonymousUser()) else ways

    def get_override_parameters(self) -> list[Any]:
        """The headers of conditional requests, there and back."""
        return [*self._sent_headers(), *self._returned_headers()]

    def _sent_headers(self) -> Iterator[OpenApiParameter]:
        if self._not_modified():
            yield _header("If-None-Match", "An ETag; 304 if it is still the same.")
        if 412 in self._statuses():
            yield _header("If-Match", "The ETag of what was seen; 412 if it changed.")

    def _returned_headers(self) -> Iterator[OpenApiParameter]:
        if not isinstance(self.view, ConditionalMixin) or self.method == "DELETE":
            return
        done = 201 if self._action == "create" else 200
        yield _header("ETag", "Names this content.", [done])
        if self._action == "create":
            yield _header("Location", "Where it can be read.", [done])

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """The operation with its errors, and with what each of its statuses means."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is not None:
            responses = operation["responses"]
            bodies = responses | {
                str(code): _without_body(responses["200"])
                for code in self._not_modified()
            }
            for code, body in bodies.items():
                body["description"] = HTTPStatus(int(code)).phrase
            errors = {str(status): reference_to(status) for status in self._statuses()}
            operation["responses"] = dict(sorted({**bodies, **errors}.items()))
        return operation

    @property
    def _action(self) -> str:
        return getattr(self.view, "action", None) or ""

    def _not_modified(self) -> list[int]:
        conditional = isinstance(self.view, ConditionalMixin) and self.method == "GET"
        return [304] if conditional else []

    def _statuses(self) -> set[int]:
        """The errors that callers have to reckon with."""
        changes = self.method not in SAFE_METHODS
        listed = self._action == "list"
        has_body = self.method in {"POST", "PUT", "PATCH"} and bool(
            self.get_request_serializer()
        )
        # Only the change of something that is there can be conditional.
        conditional = isinstance(self.view, ConditionalMixin) and changes
        reckoned = {
            400: has_body or listed,
            401: not self._has_access(AnonymousUser()),
            403: (changes and bool(self.view.authentication_classes))
            or not self._has_access(get_user_model()()),
            404: "{" in self.path or (listed and not self._has_offsets()),
            406: True,
            412: conditional and self._action != "create",
            415: has_body,
            429: True,
        }
        more: dict[str, set[int]] = getattr(self.view, "more_problems", {})
        here = {status for status, it_is in reckoned.items() if it_is}
        return here | more.get(self._action, set())

    def _has_offsets(self) -> bool:
        """Whether pages can be anywhere, even beyond the end."""
        paginator = getattr(self.view, "pagination_class", None)
        return paginator is not None and issubclass(paginator, LimitOffsetPagination)

    def _has_access(self, user: "AnyUser") -> bool:
        """Whether this user, anonymous or not, has permission."""
        request = self.view.request
        before = request.user
        request.user = user
        try:
            return all(
                permission.has_permission(request, self.view)
                for permission in self.view.get_permissions()
            )
        finally:
            request.user = before


def _without_body(response: dict[str, Any]) -> dict[str, Any]:
    """A response with the same headers and nothing else."""
    return {"headers": deepcopy(response["headers"])}


def _header(
    name: str, description: str, returned_with: list[int] | None = None
) -> OpenApiParameter:
    """A header that callers may send, or one that is returned with these statuses."""
    return OpenApiParameter(
        name,
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        required=bool(returned_with),
        description=description,
        response=returned_with or False,
    )
