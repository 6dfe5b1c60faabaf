"""CHANGELOG-API.md names each operation and field of the document, and no others."""

import re

from config.settings.environment import ROOT
from tests.api.conftest import DOCUMENT

CHANGELOG = (ROOT / "CHANGELOG-API.md").read_text(encoding="utf-8")
OPERATION = re.compile(r"`((?:GET|POST|PUT|PATCH|DELETE) /\S*)`")
ROW = re.compile(r"^\| (`\w+`(?:, `\w+`)*) \| (.*) \|$", re.MULTILINE)
CODE = re.compile(r"`(\w+)`")


def resource(schema: str) -> str:
    """What a schema is a form of: `PatchedPostRequest` and `PostSummary` are a `Post`."""
    return re.sub(r"^Patched|(?:Edit)?(?:Request|Summary)?$", "", schema)


def fields() -> set[tuple[str, str]]:
    """Every resource of the document with each of its fields; pages are none."""
    return {
        (resource(name), field)
        for name, schema in DOCUMENT["components"]["schemas"].items()
        if not name.startswith("Paginated")
        for field in schema.get("properties", {})
    }


def test_every_operation_has_a_line() -> None:
    operations = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in DOCUMENT["paths"].items()
        for method in methods
    }
    assert set(OPERATION.findall(CHANGELOG)) == operations


def test_every_field_has_a_line() -> None:
    listed = {
        (name, field)
        for names, row in ROW.findall(CHANGELOG)
        for name in CODE.findall(names)
        for field in CODE.findall(row)
    }
    assert listed == fields()


def test_forms_of_a_resource_are_one() -> None:
    assert {resource(n) for n in ("Post", "PatchedPostRequest", "PostSummary")} == {
        "Post"
    }
    assert resource("CommentEditRequest") == resource("CommentEdit") == "Comment"
