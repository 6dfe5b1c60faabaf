# FILE SOLUTION 05
"""When what the public reads is made anew, whoever wrote it: the API, the admin or a script."""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save

from accounts.models import User
from comments.models import Comment
from posts import feed
from posts.models import Category, Post, Tag

# All that shows in a post: its author's name, its labels, how many comments it has.
SHOWN: tuple[type[Model], ...] = (Post, Category, Tag, Comment, User)


def connect() -> None:
    """Begin to listen."""
    for model in SHOWN:
        for change in (post_save, post_delete):
            change.connect(note_change, sender=model, dispatch_uid="feed")
    m2m_changed.connect(note_change, sender=Post.tags.through, dispatch_uid="feed")


def note_change(*, instance: Model, **_: Any) -> None:
    """After the commit: until then everybody reads what was there before."""
    transaction.on_commit(partial(_renew, instance), robust=True)


def _renew(instance: Model) -> None:
    feed.forget()
    if isinstance(instance, Post) and instance.pk:
        feed.put(instance.pk)
