# FILE SOLUTION 03
"""Three ways to go through a long list, each where it suits; all refuse what makes no sense."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError as ModelValidationError
from rest_framework import pagination
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

DEFAULT_SIZE = 20
MAX_SIZE = 100
# Beyond it a database would count in vain.
MAX_PAGE = 1_000_000
MAX_OFFSET = 999_999_999

if TYPE_CHECKING:
    Base = pagination.BasePagination
else:
    Base = object


class BoundedParameters(Base):
    """Parameters have bounds: refused beyond them, and named in the OpenAPI document."""

    bounds: ClassVar[dict[str, tuple[int, int]]]

    def number(self, request: Request, name: str, *, default: int) -> int:
        """The parameter's value; ValidationError, beside its name, when it is out of bounds."""
        given = request.query_params.get(name)
        if given is None:
            return default
        least, most = self.bounds[name]
        digits = given.isascii() and given.isdigit() and len(given) <= len(str(most))
        if not (digits and least <= int(given) <= most):
            message = f"A whole number from {least} to {most}."
            raise ValidationError({name: message}, code="invalid")
        return int(given)

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """REST framework's, with our bounds."""
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] in self.bounds:
                least, most = self.bounds[parameter["name"]]
                parameter["schema"] |= {"minimum": least, "maximum": most}
        return parameters

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """REST framework's, which has not heard of OpenAPI 3.1."""
        page = super().get_paginated_response_schema(schema)
        for link in ("next", "previous"):
            page["properties"][link] |= {"type": ["string", "null"]}
            del page["properties"][link]["nullable"]
        return page | {"required": list(page["properties"])}


class PageNumbers(BoundedParameters, pagination.PageNumberPagination):
    """`page` and `page_size`: for lists that people leaf through."""

    bounds = {"page": (1, MAX_PAGE), "page_size": (1, MAX_SIZE)}
    page_size_query_param = "page_size"

    def get_page_size(self, request: Request) -> int:
        """How many to a page."""
        return self.number(request, "page_size", default=DEFAULT_SIZE)

    def get_page_number(self, request: Request, paginator: Any) -> int:
        """Which page; there are none called "last"."""
        return self.number(request, "page", default=1)


class Cursors(BoundedParameters, pagination.CursorPagination):
    """`cursor`: for lists that grow at the head while one reads; nothing comes twice."""

    bounds = {"page_size": (1, MAX_SIZE)}
    page_size_query_param = "page_size"
    ordering = ("-created_at", "-id")

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        """One page; NotFound for a cursor that names no moment at all."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except ModelValidationError as nonsense:
            raise NotFound(self.invalid_cursor_message) from nonsense

    def decode_cursor(self, request: Request) -> pagination.Cursor | None:
        """Where to go on; NotFound for a cursor that was never given out."""
        cursor = super().decode_cursor(request)
        asked = request.query_params.get(self.cursor_query_param)
        if asked and cursor == pagination.Cursor(0, False, None):
            raise NotFound(self.invalid_cursor_message)
        return cursor

    def get_page_size(self, request: Request) -> int:
        """How many to a page."""
        return self.number(request, "page_size", default=DEFAULT_SIZE)


class Offsets(BoundedParameters, pagination.LimitOffsetPagination):
    """`limit` and `offset`: for short lists that fill a selection as it scrolls."""

    bounds = {"limit": (1, MAX_SIZE), "offset": (0, MAX_OFFSET)}

    def get_limit(self, request: Request) -> int:
        """How many."""
        return self.number(request, "limit", default=DEFAULT_SIZE)

    def get_offset(self, request: Request) -> int:
        """After how many."""
        return self.number(request, "offset", default=0)
