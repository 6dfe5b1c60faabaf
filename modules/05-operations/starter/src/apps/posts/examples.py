"""Examples of posts, categories and tags for the OpenAPI document."""

from typing import Any

from api.examples import STAMPS

TAG: dict[str, Any] = {
    "sent": {"name": "Django"},
    "returned": {"id": 3, "name": "Django", "slug": "django", **STAMPS},
}

_CATEGORY = {
    "id": 2,
    "name": "How to",
    "slug": "how-to",
    "description": "Step by step.",
    **STAMPS,
}
CATEGORY: dict[str, Any] = {
    "sent": {"name": "How to", "description": "Step by step."},
    "returned": _CATEGORY,
}
CATEGORY_SUMMARY: dict[str, Any] = {"returned": {**_CATEGORY, "post_count": 12}}

_SUMMARY = {
    "id": 7,
    "title": "Hello",
    "slug": "hello",
    "status": "published",
    "published_at": "2026-11-02T09:15:00Z",
    "author": "ann",
    "category": "how-to",
    "tags": ["django"],
    **STAMPS,
}
POST: dict[str, Any] = {
    "sent": {
        "title": "Hello",
        "body": "Something to read.",
        "category": "how-to",
        "tags": ["django"],
    },
    "returned": {**_SUMMARY, "body": "Something to read."},
}
POST_SUMMARY: dict[str, Any] = {"returned": {**_SUMMARY, "comment_count": 4}}
