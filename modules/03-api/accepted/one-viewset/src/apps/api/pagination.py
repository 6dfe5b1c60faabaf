"""Pages: numbered ones, ones that begin anywhere, and ones that go on after a row."""

import base64
import binascii
import re
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from api.parameters import between, document, refuse, value_of
from api.serializers import is_storable
from django.db.models import Q, QuerySet
from django.urls import reverse
from rest_framework.exceptions import NotFound
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

USUAL, MOST = 20, 100
_CURSOR = re.compile(r"([<>])([0-9T:.+-]{1,40}) ([0-9]{1,18})")


class Pagination(BasePagination):
    """What all kinds have in common: how long a page is, and what it looks like."""

    size_name = "page_size"
    names: dict[str, tuple[dict[str, Any], str]] = {}
    counts = True

    def begin(self, request: Request, view: Any) -> int:
        """Remember who asks what; how many rows they want."""
        self.request = request
        self.path = reverse(f"v1:{view.basename}-list")
        return value_of(request, self.size_name, between(1, MOST)) or USUAL

    def link(self, **changed: Any) -> str:
        """The same list elsewhere; always by its address with the version."""
        query = self.request.query_params.copy()
        for name, value in changed.items():
            query[name] = str(value)
        return f"{self.path}?{urlencode(list(query.lists()), doseq=True)}"

    def get_paginated_response(self, data: Any) -> Response:
        """The page."""
        page = {"next": self.next, "previous": self.previous, "results": data}
        return Response({"count": self.count, **page} if self.counts else page)

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        """What the document says of it."""
        link = {"type": ["string", "null"], "format": "uri-reference"}
        count = {"count": {"type": "integer", "minimum": 0}} if self.counts else {}
        properties = {**count, "next": link, "previous": link, "results": schema}
        return {
            "type": "object",
            "required": list(properties),
            "properties": properties,
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """What the document says of the parameters."""
        size = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
        return [
            document(self.size_name, size, "How many rows a page has."),
            *(document(name, *about) for name, about in self.names.items()),
        ]


class Numbered(Pagination):
    """`page` and `page_size`."""

    names = {"page": ({"type": "integer", "minimum": 1, "default": 1}, "Which page.")}

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: Any = None) -> list[Any]:
        """The rows of the page; there is a first one even of nothing."""
        size = self.begin(request, view)
        asked = value_of(request, "page", between(1, 999_999_999))
        page = 1 if asked is None else asked
        self.count = queryset.count()
        if page > 1 and (page - 1) * size >= self.count:
            raise NotFound("There is no such page.")
        self.next = self.link(page=page + 1) if page * size < self.count else None
        self.previous = self.link(page=page - 1) if page > 1 else None
        return list(queryset[(page - 1) * size : page * size])


class Offset(Pagination):
    """`limit` and `offset`."""

    size_name = "limit"
    names = {
        "offset": (
            {"type": "integer", "minimum": 0, "default": 0},
            "How many rows to leave out.",
        )
    }

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: Any = None) -> list[Any]:
        """The rows from there on."""
        size = self.begin(request, view)
        start = value_of(request, "offset", between(0, 999_999_999)) or 0
        self.count = queryset.count()
        after, before = start + size, max(start - size, 0)
        self.next = self.link(offset=after) if after < self.count else None
        self.previous = self.link(offset=before) if start > 0 else None
        return list(queryset[start:after])


class Keyset(Pagination):
    """`cursor`: the rows after (or before) one row, wherever it is by now; the latest first."""

    counts = False
    names = {"cursor": ({"type": "string"}, "Where to go on; next and previous say.")}

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: Any = None) -> list[Any]:
        """The rows of the page."""
        size = self.begin(request, view)
        cursor = request.query_params.get("cursor", "")
        back = False
        if not is_storable(cursor):
            raise refuse("cursor", "This is no text that anything could have.")
        if cursor:
            back, time, pk = self._read(cursor)
            side = "gt" if back else "lt"
            queryset = queryset.filter(
                Q(**{f"created_at__{side}e": time}),
                Q(**{f"created_at__{side}": time}) | Q(**{f"pk__{side}": pk}),
            )
        order = ("created_at", "pk") if back else ("-created_at", "-pk")
        rows = list(queryset.order_by(*order)[: size + 1])
        more = len(rows) > size
        rows = rows[:size]
        if back:
            rows.reverse()
        has_next, has_previous = (True, more) if back else (more, bool(cursor))
        self.next = self._at("<", rows[-1]) if rows and has_next else None
        self.previous = self._at(">", rows[0]) if rows and has_previous else None
        return rows

    def _at(self, side: str, row: Any) -> str:
        place = f"{side}{row.created_at.isoformat()} {row.pk}"
        return self.link(cursor=base64.urlsafe_b64encode(place.encode()).decode())

    def _read(self, cursor: str) -> tuple[bool, datetime, int]:
        try:
            place = base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
            found = _CURSOR.fullmatch(place)
            if not found:
                raise ValueError("no cursor of ours")
            time = datetime.fromisoformat(found[2])
            if time.utcoffset() is None or not 1 < time.year < 9999:
                raise ValueError("no time that was ever stored")
        except (binascii.Error, ValueError) as error:
            raise NotFound("There is no such page.") from error
        return found[1] == ">", time, int(found[3])
