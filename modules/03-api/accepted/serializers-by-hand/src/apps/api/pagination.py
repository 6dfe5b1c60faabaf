"""Pages: by number, by offset and by cursor. Links lead below /api/v1, whatever was asked."""

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from api.conditional import answer
from django.db.models import Q, QuerySet
from django.urls import reverse
from rest_framework import pagination
from rest_framework.exceptions import ErrorDetail, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

PAGE_SIZE = 20
MAX_PAGE_SIZE = 100
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,8})")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def number(request: Request, name: str, default: int, *, least: int, most: int | None = None) -> int:
    """A whole number among the parameters, or 400 on it."""
    text = request.query_params.get(name)
    if text is None:
        return default
    found = int(text) if NUMBER.fullmatch(text) else None
    if found is None or found < least or (most is not None and found > most):
        limits = f"from {least} to {most}" if most is not None else f"from {least} on"
        raise ValidationError({name: [ErrorDetail(f"Send a whole number {limits}.", code="invalid")]})
    return found


class Links:
    """`next` and `previous`, and the page as data and as an answer."""

    request: Request
    base_path: str
    display_page_controls = False

    def begin(self, request: Request, view: APIView | None) -> None:
        """Remember what was asked."""
        self.request = request
        self.base_path = reverse(f"v1:{getattr(view, 'list_name', '')}")

    def link(self, **changes: Any) -> str:
        """The same list with these parameters."""
        query = self.request.query_params.copy()
        for name, value in changes.items():
            query[name] = str(value)
        return f"{self.base_path}?{query.urlencode()}"

    def get_paginated_response(self, data: Any) -> Response:
        """The page with its ETag."""
        return answer(self.request, self.page_of(data))

    def page_of(self, data: Any) -> dict[str, Any]:
        """The page as data."""
        raise NotImplementedError


class NumberedPages(Links, pagination.PageNumberPagination):
    """`page` and `page_size`."""

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: APIView | None = None) -> list[Any]:
        """The rows of the page; 404 beyond the last, but the first one is always there."""
        self.begin(request, view)
        size = number(request, "page_size", PAGE_SIZE, least=1, most=MAX_PAGE_SIZE)
        self.at = number(request, "page", 1, least=1)
        self.total = queryset.count()
        start = (self.at - 1) * size
        if self.at > 1 and start >= self.total:
            raise NotFound("There is no such page.")
        self.has_next = start + size < self.total
        return list(queryset[start : start + size])

    def page_of(self, data: Any) -> dict[str, Any]:
        """With `count`."""
        return {
            "next": self.link(page=self.at + 1) if self.has_next else None,
            "previous": self.link(page=self.at - 1) if self.at > 1 else None,
            "count": self.total,
            "results": data,
        }


class OffsetPages(Links, pagination.LimitOffsetPagination):
    """`limit` and `offset`."""

    default_limit = PAGE_SIZE
    max_limit = MAX_PAGE_SIZE

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: APIView | None = None) -> list[Any]:
        """The rows of the page; none beyond the last."""
        self.begin(request, view)
        self.size = number(request, "limit", PAGE_SIZE, least=1, most=MAX_PAGE_SIZE)
        self.start = number(request, "offset", 0, least=0)
        self.total = queryset.count()
        return list(queryset[self.start : self.start + self.size])

    def page_of(self, data: Any) -> dict[str, Any]:
        """With `count`."""
        after, before = self.start + self.size, max(0, self.start - self.size)
        here = {"limit": self.size}
        return {
            "next": self.link(**here, offset=after) if after < self.total else None,
            "previous": self.link(**here, offset=before) if self.start > 0 else None,
            "count": self.total,
            "results": data,
        }


class CommentPages(Links, pagination.CursorPagination):
    """`cursor` and `page_size`, the latest first.

    A cursor names the last row that was seen by its time and its id. REST framework's own has the
    time alone and counts its equals, which goes wrong when rows come or go meanwhile.
    """

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE
    ordering = ("-created_at", "-id")
    TOKEN = re.compile(r"([np]):([0-9]{1,18}):([0-9]{1,18})")
    LAST = int((datetime.max.replace(tzinfo=UTC) - EPOCH) / MICROSECOND) - 86_400 * 10**6

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: APIView | None = None) -> list[Any]:
        """The rows after the cursor, or before it."""
        self.begin(request, view)
        size = number(request, "page_size", PAGE_SIZE, least=1, most=MAX_PAGE_SIZE)
        token = request.query_params.get("cursor")
        way, time, pk = self._decoded(token) if token else ("n", None, 0)
        queryset = queryset.order_by("-created_at", "-id")
        if time is not None and way == "n":
            queryset = queryset.filter(
                Q(created_at__lt=time) | Q(created_at=time, id__lt=pk),
                created_at__lte=time,  # says nothing new, but the index understands it
            )
        elif time is not None:
            queryset = queryset.filter(
                Q(created_at__gt=time) | Q(created_at=time, id__gt=pk),
                created_at__gte=time,
            ).order_by("created_at", "id")
        rows: list[Any] = list(queryset[: size + 1])
        has_more = len(rows) > size
        rows = rows[:size]
        if way == "p":
            rows.reverse()
        self.next_token = self._token("n", rows, -1, way == "p" or has_more)
        self.previous_token = self._token("p", rows, 0, has_more if way == "p" else time is not None)
        return rows

    def _token(self, way: str, rows: Sequence[Any], place: int, wanted: bool) -> str | None:
        if not rows or not wanted:
            return None
        row = rows[place]
        text = f"{way}:{(row.created_at - EPOCH) // MICROSECOND}:{row.pk}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _decoded(self, token: str) -> tuple[str, datetime, int]:
        try:
            raw = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), b"-_", validate=True).decode(
                "ascii"
            )
        except (ValueError, binascii.Error) as exc:
            raise NotFound("There is no such cursor.") from exc
        match = self.TOKEN.fullmatch(raw)
        if match is None or int(match[2]) > self.LAST:
            raise NotFound("There is no such cursor.")
        return match[1], EPOCH + int(match[2]) * MICROSECOND, int(match[3])

    def page_of(self, data: Any) -> dict[str, Any]:
        """Without `count`: counting would cost more the more there is."""
        after, before = self.next_token, self.previous_token
        return {
            "next": self.link(cursor=after) if after else None,
            "previous": self.link(cursor=before) if before else None,
            "results": data,
        }
