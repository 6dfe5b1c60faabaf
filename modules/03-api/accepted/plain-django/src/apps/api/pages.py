"""Three ways to turn pages: by number, by offset, and by a cursor."""

import base64
import binascii
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from api.parameters import Parameters
from api.problems import not_found
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

SIZE = 20
LARGEST = 100

type Show = Callable[[Any], dict[str, Any]]
type Page = dict[str, Any]


def link(request: HttpRequest, name: str, **changes: object) -> str:
    """The canonical path of the list with the query as it is, but for these parameters."""
    query = request.GET.copy()
    for parameter, value in changes.items():
        if value is None:
            query.pop(parameter, None)
        else:
            query[parameter] = str(value)
    path = reverse(f"v1:{name}")
    return f"{path}?{query.urlencode()}" if query else path


class ByNumber:
    """`page` and `page_size`."""

    def __init__(self, parameters: Parameters) -> None:
        self.page = parameters.number("page", 1) or 1
        self.size = parameters.number("page_size", 1, LARGEST) or SIZE

    def page_of(self, request: HttpRequest, name: str, rows: QuerySet[Any], show: Show) -> Page:
        """The page that was asked for."""
        count = rows.count()
        last = max(1, -(-count // self.size))
        if self.page > last:
            raise not_found("There is no such page.")
        start = (self.page - 1) * self.size
        found = rows[start : start + self.size] if count else []
        return {
            "count": count,
            "next": (link(request, name, page=self.page + 1) if self.page < last else None),
            "previous": (link(request, name, page=self.page - 1) if self.page > 1 else None),
            "results": [show(row) for row in found],
        }


class ByOffset:
    """`limit` and `offset`."""

    def __init__(self, parameters: Parameters) -> None:
        self.limit = parameters.number("limit", 1, LARGEST) or SIZE
        self.offset = parameters.number("offset", 0) or 0

    def page_of(self, request: HttpRequest, name: str, rows: QuerySet[Any], show: Show) -> Page:
        """The page that was asked for."""
        count = rows.count()
        end = self.offset + self.limit
        before = max(0, self.offset - self.limit)
        found = rows[self.offset : end] if self.offset < count else []
        return {
            "count": count,
            "next": link(request, name, offset=end) if end < count else None,
            "previous": (link(request, name, offset=before or None) if self.offset else None),
            "results": [show(row) for row in found],
        }


class ByCursor:
    """`cursor` and `page_size`: the latest first, from a row onwards or back from it.

    A cursor is a place between two rows, so that new rows move nothing.
    """

    def __init__(self, parameters: Parameters) -> None:
        self.size = parameters.number("page_size", 1, LARGEST) or SIZE
        self.cursor = parameters.text("cursor")

    def page_of(self, request: HttpRequest, name: str, rows: QuerySet[Any], show: Show) -> Page:
        """The page that was asked for."""
        place = self._place(self.cursor) if self.cursor else None
        is_back = place is not None and place[0]
        if place is not None:
            rows = rows.filter(self._beyond(*place))
        order = ("created_at", "pk") if is_back else ("-created_at", "-pk")
        found = list(rows.order_by(*order)[: self.size + 1])
        has_more = len(found) > self.size
        found = found[: self.size]
        if is_back:
            found.reverse()
        has_next, has_previous = (True, has_more) if is_back else (has_more, place is not None)
        return {
            "next": self._link(request, name, found[-1:], False) if has_next else None,
            "previous": (self._link(request, name, found[:1], True) if has_previous else None),
            "results": [show(row) for row in found],
        }

    @staticmethod
    def _link(request: HttpRequest, name: str, edge: list[Any], is_back: bool) -> str:
        if not edge:  # all rows here were deleted meanwhile: begin anew
            return link(request, name, cursor=None)
        row = edge[0]
        data = json.dumps([int(is_back), row.created_at.isoformat(), row.pk])
        cursor = base64.urlsafe_b64encode(data.encode()).decode().rstrip("=")
        return link(request, name, cursor=cursor)

    @staticmethod
    def _place(cursor: str) -> tuple[bool, datetime, int]:
        try:
            data = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), b"-_", validate=True)
            is_back, moment, pk = json.loads(data)
            if is_back not in {0, 1} or type(pk) is not int or not 0 < pk < 2**63:
                raise ValueError(cursor)
            created_at = datetime.fromisoformat(moment)
            if created_at.tzinfo is None:
                raise ValueError(cursor)
            return bool(is_back), created_at.astimezone(UTC), pk
        except (
            ValueError,
            TypeError,
            OverflowError,
            RecursionError,
            binascii.Error,
        ) as error:
            raise not_found("There is no such page.") from error

    @staticmethod
    def _beyond(is_back: bool, created_at: datetime, pk: int) -> Q:
        # The first condition is there for the index, the second is exact.
        if is_back:
            return Q(created_at__gte=created_at) & (Q(created_at__gt=created_at) | Q(pk__gt=pk))
        return Q(created_at__lte=created_at) & (Q(created_at__lt=created_at) | Q(pk__lt=pk))
