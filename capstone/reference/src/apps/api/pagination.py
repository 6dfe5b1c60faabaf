# FILE SOLUTION 03
"""Three ways to go through a long list, each where it suits; all refuse what makes no sense."""

from typing import Any

from rest_framework import pagination
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

DEFAULT_SIZE = 20
MAX_SIZE = 100
# Beyond it a database would count in vain, and SQLite cannot count at all.
MAX_OFFSET = 1_000_000


def whole_number(
    request: Request, name: str, *, default: int, least: int, most: int
) -> int:
    """The parameter's value; ValidationError, beside its name, when it is out of bounds."""
    given = request.query_params.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdigit() and least <= int(given[:12]) <= most):
        message = f"A whole number from {least} to {most}."
        raise ValidationError({name: message}, code="invalid")
    return int(given)


def bounded(
    parameters: list[dict[str, Any]], bounds: dict[str, tuple[int, int]]
) -> list[dict[str, Any]]:
    """The parameters as the OpenAPI document has them, with the bounds that we insist on."""
    for parameter in parameters:
        if parameter["name"] in bounds:
            least, most = bounds[parameter["name"]]
            parameter["schema"] |= {"minimum": least, "maximum": most}
    return parameters


class PageNumbers(pagination.PageNumberPagination):
    """`page` and `page_size`: for lists that people leaf through."""

    page_size = DEFAULT_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_SIZE

    def get_page_size(self, request: Request) -> int:
        """How many to a page."""
        name = "page_size"
        return whole_number(request, name, default=DEFAULT_SIZE, least=1, most=MAX_SIZE)

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """For the OpenAPI document."""
        parameters = super().get_schema_operation_parameters(view)
        return bounded(
            parameters, {"page": (1, MAX_OFFSET), "page_size": (1, MAX_SIZE)}
        )


class Cursors(pagination.CursorPagination):
    """`cursor`: for lists that grow at the head while one reads; nothing comes twice."""

    page_size = DEFAULT_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_SIZE
    ordering = ("-created_at", "-id")

    def get_page_size(self, request: Request) -> int:
        """How many to a page."""
        name = "page_size"
        return whole_number(request, name, default=DEFAULT_SIZE, least=1, most=MAX_SIZE)

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """For the OpenAPI document."""
        parameters = super().get_schema_operation_parameters(view)
        return bounded(parameters, {"page_size": (1, MAX_SIZE)})


class Offsets(pagination.LimitOffsetPagination):
    """`limit` and `offset`: for short lists that fill a selection as it scrolls."""

    default_limit = DEFAULT_SIZE
    max_limit = MAX_SIZE

    def get_limit(self, request: Request) -> int:
        """How many."""
        return whole_number(
            request, "limit", default=DEFAULT_SIZE, least=1, most=MAX_SIZE
        )

    def get_offset(self, request: Request) -> int:
        """After how many."""
        return whole_number(request, "offset", default=0, least=0, most=MAX_OFFSET)

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """For the OpenAPI document."""
        parameters = super().get_schema_operation_parameters(view)
        return bounded(parameters, {"limit": (1, MAX_SIZE), "offset": (0, MAX_OFFSET)})
