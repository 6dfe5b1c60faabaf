"""The one view set that every collection is made of."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from api.conditions import allows_change, etag_of
from api.negotiation import Renderer
from api.parameters import Filters, Parameter
from api.problems import PreconditionFailed
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ModelViewSet

ATTEMPTS = 3


class DomainViewSet(ModelViewSet):
    """Makes, gives, replaces, changes and deletes; every change in a transaction of its own.

    A change of one object locks its row first. What is asked after that, by permissions, by
    If-Match and by the model, is still so when the change is stored.
    """

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    lookup_value_converter = "int"
    filter_backends = [Filters]
    list_serializer_class: type[BaseSerializer] | None = None
    create_serializer_class: type[BaseSerializer] | None = None

    parameters: ClassVar[Mapping[str, Parameter]] = {}
    orderings: ClassVar[tuple[str, ...]] = ()
    order: ClassVar[tuple[str, ...]] = ("pk",)
    among_equals: ClassVar[str] = "pk"

    # Actions that an Idempotency-Key is taken for.
    repeatable: ClassVar[frozenset[str]] = frozenset()

    def get_serializer_class(self) -> type[BaseSerializer]:
        """Lists and what begins an object may have serializers of their own."""
        own = {
            "list": self.list_serializer_class,
            "create": self.create_serializer_class,
        }
        return own.get(self.action) or self.serializer_class

    def represent(self, instance: Any) -> Any:
        """What a GET of the object shows."""
        context = self.get_serializer_context()
        return self.serializer_class(instance, context=context).data

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A new one; `Location` says where it is."""

        def work() -> Response:
            instance = self.store(data=request.data)
            where = reverse(f"v1:{self.basename}-detail", kwargs={"pk": instance.pk})
            headers = {"Location": where}
            return Response(self.represent(instance), status=201, headers=headers)

        return self.in_transaction(work)

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Replace it, or change what is named."""
        partial = kwargs.pop("partial", False)
        return self.change(lambda instance: self.store(instance, data=request.data, partial=partial))

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete it."""

        def work() -> Response:
            self.locked().delete()
            return Response(status=204)

        return self.in_transaction(work)

    def change(self, what: Callable[[Any], Any]) -> Response:
        """Do something to the object, and answer with what it is then."""
        return self.in_transaction(lambda: Response(self.represent(what(self.locked()))))

    def store(self, *args: Any, **kwargs: Any) -> Any:
        """What was sent, in the object; or all that is wrong with it."""
        serializer = self.get_serializer(*args, **kwargs)
        serializer.is_valid(raise_exception=True)
        return serializer.save()

    def locked(self) -> Any:
        """The object, which nobody else changes now, if the caller may and wants to change it."""
        model = self.get_queryset().model
        lock: QuerySet = model._base_manager.select_for_update()
        list(lock.filter(pk=self.kwargs["pk"]).values_list("pk"))
        instance = self.get_object()
        if_match = self.request.headers.get("If-Match")
        if if_match is not None:
            content = Renderer().render(self.represent(instance))
            if not allows_change(if_match, etag_of(content)):
                raise PreconditionFailed
        if hasattr(instance, "locked_status"):
            instance.locked_status = instance.status
        return instance

    def in_transaction(self, work: Callable[[], Response]) -> Response:
        """All of it or nothing.

        What others did at the same moment can make the database refuse what was right when it was
        looked at: a name is taken, a tag is gone, two wait for each other. A second look finds the
        words for it.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with transaction.atomic():
                    return work()
            except (IntegrityError, OperationalError) as error:
                state = getattr(error.__cause__, "sqlstate", None)
                deadlock = state in ("40P01", "40001")
                hopeless = isinstance(error, OperationalError) and not deadlock
                if hopeless or attempt == ATTEMPTS:
                    raise
        raise AssertionError("unreachable")
