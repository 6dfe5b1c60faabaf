"""What all collections of the API have in common."""

from abc import abstractmethod
from typing import Any, cast

from django.db import models
from rest_framework import viewsets
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import BaseSerializer

from api.conditional import ConditionalMixin


class Collection[Row: models.Model](ConditionalMixin, viewsets.ModelViewSet[Row]):
    """Create, list, read, change and delete; addressed by id, conditional.

    A collection says which services do the three writes.
    """

    lookup_value_converter = "int"
    # The OpenAPI document says what OPTIONS would.
    http_method_names = ("get", "head", "post", "put", "patch", "delete")

    @abstractmethod
    def make(self, given: dict[str, Any]) -> Row:
        """A new row of what was sent."""

    @abstractmethod
    def change(self, row: Row, given: dict[str, Any]) -> Row:
        """The row with what was sent."""

    @abstractmethod
    def remove(self, row: Row) -> None:
        """Delete the row."""

    def perform_create(self, serializer: BaseSerializer[Row]) -> None:
        """Leave it to the service."""
        serializer.instance = self.make(serializer.validated_data)

    def perform_update(self, serializer: BaseSerializer[Row]) -> None:
        """Leave it to the service."""
        row = cast(Row, serializer.instance)
        serializer.instance = self.change(row, serializer.validated_data)

    def perform_destroy(self, instance: Row) -> None:
        """Leave it to the service."""
        self.remove(instance)

    def show(self, row: Row) -> Response:
        """The answer of an action: how the row looks now."""
        return Response(self.get_serializer(row).data)

    def get_success_headers(self, data: Any) -> dict[str, str]:
        """Where what was just made can be read."""
        name = f"{self.basename}-detail"
        return {"Location": reverse(name, args=[data["id"]], request=self.request)}
