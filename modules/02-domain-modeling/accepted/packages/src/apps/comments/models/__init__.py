"""Comments."""

from .comment import Comment

__all__ = ["Comment"]
