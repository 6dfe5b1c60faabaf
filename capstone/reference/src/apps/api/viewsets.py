# FILE SOLUTION 03
"""What all collections of the API have in common."""

from typing import Any

from django.db import models
from rest_framework import viewsets
from rest_framework.reverse import reverse

from api.conditional import ConditionalMixin


class Collection[Row: models.Model](ConditionalMixin, viewsets.ModelViewSet[Row]):
    """Create, list, read, change and delete; addressed by id, conditional.

    A collection says in REST framework's `perform_create`, `perform_update` and `perform_destroy`
    which services write.
    """

    lookup_value_converter = "int"
    # The OpenAPI document says what OPTIONS would.
    http_method_names = ("get", "head", "post", "put", "patch", "delete")

    def get_success_headers(self, data: Any) -> dict[str, str]:
        """Where what was just made can be read."""
        name = f"{self.basename}-detail"
        return {"Location": reverse(name, args=[data["id"]], request=self.request)}
