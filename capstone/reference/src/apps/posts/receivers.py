# FILE SOLUTION 05
"""Cache invalidation: which changes the public sees, whoever makes them: API, admin or script."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Model, QuerySet
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save

from accounts.models import User
from posts import feed
from posts.choices import PostStatus
from posts.models import Category, Post, Tag


@dataclass(frozen=True)
class PublicFields:
    """What the public sees of a model's rows, in posts and lists of posts."""

    fields: frozenset[str]  # a save of others only changes nothing that is seen
    value: Callable[[Any], object]  # what is seen of a row; None: nothing
    when_new: bool  # whether a new row is seen at once; a new tag has no posts yet


# Apps whose rows posts show as well put themselves in with `watch`. A draft is seen by nobody, and
# whatever is saved of any other post moves its `updated_at`.
SHOWN: dict[type[Model], PublicFields] = {
    Post: PublicFields(
        fields=frozenset(field.name for field in Post._meta.get_fields()),
        value=lambda post: None if post.status == PostStatus.DRAFT else object(),
        when_new=True,
    ),
    Category: PublicFields(
        frozenset({"slug"}), lambda label: label.slug, when_new=False
    ),
    Tag: PublicFields(frozenset({"slug"}), lambda label: label.slug, when_new=False),
    User: PublicFields(
        frozenset({"username"}), lambda user: user.username, when_new=False
    ),
}


def connect() -> None:
    """Begin to listen."""
    for model, fields in SHOWN.items():
        watch(model, fields)
    m2m_changed.connect(note_labels, sender=Post.tags.through, dispatch_uid="feed")


def watch(model: type[Model], fields: PublicFields) -> None:
    """Forget cached posts and lists whenever these fields of a row of this model change."""
    SHOWN[model] = fields
    pre_save.connect(compare, sender=model, dispatch_uid="feed")
    post_save.connect(note_saved, sender=model, dispatch_uid="feed")
    post_delete.connect(note_deleted, sender=model, dispatch_uid="feed")


def compare(
    *,
    sender: type[Model],
    instance: Any,
    update_fields: Collection[str] | None,
    **_: Any,
) -> None:
    """Before a save: keep on the row whether the public will see a difference."""
    shown = SHOWN[sender]
    instance.is_seen_to_change = (
        bool(settings.FEED_CACHE_SECONDS)
        and (update_fields is None or not shown.fields.isdisjoint(update_fields))
        and _differs(shown, sender, instance)
    )


def _differs(shown: PublicFields, model: type[Model], instance: Any) -> bool:
    """Whether the row is seen otherwise than the stored one; asks the database for that one."""
    if instance._state.adding:
        return shown.when_new and shown.value(instance) is not None
    stored = model._base_manager.filter(pk=instance.pk).first()
    before = None if stored is None else shown.value(stored)
    return before != shown.value(instance)


def note_saved(*, instance: Any, **_: Any) -> None:
    """After a save. A post is written through, so that its first reader finds it."""
    if instance.is_seen_to_change:
        feed.invalidate()
        if isinstance(instance, Post):
            transaction.on_commit(partial(feed.write_through, instance.pk), robust=True)


def note_deleted(*, sender: type[Model], origin: Any, **_: Any) -> None:
    """After a deletion, whatever the row in hand says: it may be an old copy.

    What went along with a post is not noted once more. People are not either: who has written
    something cannot be deleted.
    """
    model = origin.model if isinstance(origin, QuerySet) else type(origin)
    if model is sender is not User:
        feed.invalidate()


def note_labels(*, instance: Model, action: str, **_: Any) -> None:
    """A post got or lost tags; `instance` is the tag if it was said from that side."""
    is_draft = isinstance(instance, Post) and instance.status == PostStatus.DRAFT
    if action.startswith("post_") and not is_draft:
        feed.invalidate()
