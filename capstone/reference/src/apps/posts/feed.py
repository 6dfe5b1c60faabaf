# FILE SOLUTION 05
"""What the public reads, remembered until something in it changes."""

import json
from collections.abc import Callable
from threading import local
from typing import Any

from django.conf import settings
from django.db import transaction
from rest_framework.renderers import JSONRenderer

from core import remember
from core.redis_cache import UNAVAILABLE
from posts.models import PendingInvalidation, Post
from posts.serializers import PostSerializer

FAMILY = "posts"

type Plain = dict[str, Any]

# The note of the transaction that this thread is in; connections are a thread's own, too.
_mine = local()


def public(*parts: object, make: Callable[[], Plain]) -> Plain:
    """An answer to the public, remembered under `parts`, or made: cache-aside.

    One query finds out whether the cache has been told of every change; if not, and if it cannot be
    told now, the answer is made and not remembered. A post that was published for later shows up to
    FEED_CACHE_SECONDS after its time.
    """
    seconds = settings.FEED_CACHE_SECONDS
    if not seconds or not _is_up_to_date():
        return make()
    answer: Plain = remember.remembered(FAMILY, *parts, make=make, seconds=seconds)
    return answer


def invalidate() -> None:
    """Note, in the caller's transaction, that something that the public reads has changed.

    The cache is told after the commit: until then everybody reads what was there before. If that
    fails (the process dies, the cache does not answer) the note stays, and whoever reads next tells
    the cache.
    """
    if settings.FEED_CACHE_SECONDS and not _is_noted():
        _mine.note = PendingInvalidation.objects.create().pk
        transaction.on_commit(deliver_invalidations, robust=True)


def deliver_invalidations() -> bool:
    """Tell the cache of the changes that it does not know yet, all at once; whether that was done.

    Not done is also what somebody else is about to do at this moment.
    """
    _mine.note = None
    with transaction.atomic():
        pending = PendingInvalidation.objects.select_for_update(skip_locked=True)
        ids = list(pending.values_list("pk", flat=True))
        if not ids:
            return False
        try:
            remember.forget(FAMILY)
        except UNAVAILABLE:
            return False
        PendingInvalidation.objects.filter(pk__in=ids).delete()
    return True


def _is_up_to_date() -> bool:
    return not PendingInvalidation.objects.exists() or deliver_invalidations()


def _is_noted() -> bool:
    """Whether this transaction has a note already; one that was rolled back is not there."""
    note: int | None = getattr(_mine, "note", None)
    return note is not None and PendingInvalidation.objects.filter(pk=note).exists()


def write_through(post_id: int) -> None:
    """Write-through: whoever reads what was just written finds it there.

    The key is made before the row is read, so that a change in between makes the value worthless.
    """
    if not settings.FEED_CACHE_SECONDS:
        return
    try:
        name = remember.key(FAMILY, *detail(post_id))
        post = Post.objects.published().labelled().filter(pk=post_id).first()
        if post is not None:
            value = plain(PostSerializer(post).data)
            remember.store(name, value, seconds=settings.FEED_CACHE_SECONDS)
    except UNAVAILABLE:
        return


def detail(post_id: int) -> tuple[str, int]:
    """Under what one post is remembered."""
    return ("detail", post_id)


def plain(data: Any) -> Plain:
    """The data of a serializer as JSON has it, without the serializer that comes along."""
    rendered: Plain = json.loads(JSONRenderer().render(data))
    return rendered
