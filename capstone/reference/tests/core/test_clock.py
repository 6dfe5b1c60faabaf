# FILE SOLUTION 06
"""The clock: what the setting names is asked, by everybody."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django.fixtures import SettingsWrapper

from core import clock
from posts.choices import PostStatus
from posts.models import Post
from tests.factories import PostFactory

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


class StoppedClock:
    """It is always the new year."""

    def now(self) -> datetime:
        """That moment."""
        return NEW_YEAR


def test_the_system_clock_goes_on() -> None:
    first = clock.now()
    assert first.tzinfo is not None
    assert first <= clock.now() <= datetime.now(UTC)


@pytest.mark.django_db
def test_what_is_out_depends_on_the_clock(settings: SettingsWrapper) -> None:
    post = PostFactory(
        status=PostStatus.PUBLISHED, published_at=NEW_YEAR + timedelta(seconds=1)
    )
    assert post in Post.objects.published()
    settings.CLOCK = f"{__name__}.StoppedClock"
    assert post not in Post.objects.published()
    assert not post.is_out
