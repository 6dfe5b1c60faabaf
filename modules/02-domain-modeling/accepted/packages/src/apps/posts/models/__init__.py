"""Posts, and what they are found by."""

from .post import Post
from .taxonomy import Category, Tag

__all__ = ["Category", "Post", "Tag"]
