"""JSON that stays inert wherever it ends up."""

from typing import Any

from rest_framework import renderers


class InertJSONRenderer(renderers.JSONRenderer):
    """The same JSON, in which nothing looks like HTML, should a page ever take it in as it is."""

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        """In JSON these three stand only inside of texts, where they can be spelled out."""
        rendered: bytes = super().render(data, *args, **kwargs)
        for character in b"<>&":
            rendered = rendered.replace(bytes([character]), b"\\u%04x" % character)
        return rendered
