# FILE SOLUTION 05
"""What the public reads, remembered until something in it changes."""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from rest_framework.renderers import JSONRenderer

from core import remember
from core.redis_cache import UNAVAILABLE
from posts.models import Post
from posts.serializers import PostSerializer

FAMILY = "posts"

type Plain = dict[str, Any]


def public(*parts: object, make: Callable[[], Plain]) -> Plain:
    """An answer to the public, remembered under `parts`, or made: cache-aside.

    A post that was published for later shows up to FEED_CACHE_SECONDS after its time.
    """
    seconds = settings.FEED_CACHE_SECONDS
    if not seconds:
        return make()
    answer: Plain = remember.remembered(FAMILY, *parts, make=make, seconds=seconds)
    return answer


def forget() -> None:
    """Something that the public sees has changed. With Redis away it is noticed a little later."""
    if settings.FEED_CACHE_SECONDS:
        try:
            remember.forget(FAMILY)
        except UNAVAILABLE:
            return


def put(post_id: int) -> None:
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
