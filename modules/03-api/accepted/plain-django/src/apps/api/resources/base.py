"""What all collections have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from accounts.access import AnyUser
from api.conditions import require_match, respond
from api.endpoint import in_transaction
from api.parameters import Parameters
from api.problems import not_found
from api.rules import Rule
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

type View = Callable[..., HttpResponse]
type Data = dict[str, Any]


def stamp(moment: datetime | None) -> str | None:
    """The time as RFC 3339 writes it."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def stamps(row: Any) -> Data:
    """When it was made and changed."""
    return {
        "created_at": stamp(row.created_at),
        "updated_at": stamp(row.updated_at),
    }


@dataclass(frozen=True)
class Resource:
    """A collection: whose rows one can read, and how one of them looks."""

    name: str
    model: type[Model]
    rows: Callable[[AnyUser], QuerySet[Any]]
    show: Callable[[Any], Data]

    def find(self, user: AnyUser, pk: int) -> Any:
        """The row, or 404 where there is none for this caller."""
        row = self.rows(user).filter(pk=pk).first() if pk else None
        if row is None:
            raise not_found()
        return row

    def read(self, request: HttpRequest, number: int) -> HttpResponse:
        """A view: one of them."""
        return respond(request, self.show(self.find(request.user, number)))

    def lister(
        self,
        pager: Callable[[Parameters], Any],
        rows: Callable[[AnyUser, Parameters], QuerySet[Any]],
        show: Callable[[Any], Data],
    ) -> View:
        """A view: a page of them. `rows` reads the filters."""

        def view(request: HttpRequest) -> HttpResponse:
            parameters = Parameters(request)
            page = pager(parameters)
            found = rows(request.user, parameters)
            parameters.stop()
            return respond(request, page.page_of(request, self.name, found, show))

        return view

    def creator(self, make: Callable[[HttpRequest], Any]) -> View:
        """A view: a new one."""

        def view(request: HttpRequest) -> HttpResponse:
            row = in_transaction(lambda: make(request))
            location = reverse(f"v1:{self.name}-one", kwargs={"number": row.pk})
            return respond(request, self.show(row), status=201, location=location)

        return view

    def changer(self, rule: Rule, act: Callable[[HttpRequest, Any], Any]) -> View:
        """A view: does something to one of them, which is locked and may be touched.

        `act` gives it back, or nothing if it is gone.
        """

        def work(request: HttpRequest, number: int) -> HttpResponse:
            if number:
                locked = self.model._default_manager.select_for_update()
                list(locked.filter(pk=number).values_list("pk"))
            row = self.find(request.user, number)
            rule.admit_to(request.user, row)
            require_match(request, self.show(row))
            row = act(request, row)
            if row is None:
                return HttpResponse(status=204)
            return respond(request, self.show(row))

        def view(request: HttpRequest, number: int) -> HttpResponse:
            return in_transaction(lambda: work(request, number))

        return view


def remove(request: HttpRequest, row: Model) -> None:
    """Delete it."""
    row.delete()


def assign(row: Model, values: Data) -> None:
    """Give it these values; nothing is stored yet."""
    for name, value in values.items():
        setattr(row, name, value)
