"""The addresses below /api/: `v1/…`, and the current version once more without its number."""

from api import pages_of_docs as docs
from api.operations import endpoints
from django.urls import include, path, re_path, register_converter


class RowNumber:
    """The number of a row; 0, which no row has, for what no database could hold."""

    regex = "[0-9]+"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value) if len(value) <= 18 else 0

    def to_url(self, value: int) -> str:
        """Its digits."""
        return str(value)


register_converter(RowNumber, "row")


def _name(address: str) -> str:
    collection, *rest = address.strip("/").split("/")
    return "-".join([collection, *("one" if part == "{id}" else part for part in rest)])


version_1 = [
    path("schema/", docs.schema, name="schema"),
    path("docs/", docs.swagger, name="docs"),
    path("redoc/", docs.redoc, name="redoc"),
    *(
        path(address.replace("{id}", "<row:number>"), endpoint, name=_name(address))
        for address, endpoint in endpoints().items()
    ),
]

urlpatterns = [
    path("v1/", include((version_1, "v1"))),
    path("", include((version_1, "current"))),
    re_path("", docs.nothing_here),
]
