"""What one does with posts."""

from .publishing import archive_post, publish_post

__all__ = ["archive_post", "publish_post"]
