"""Checked, saved, and told what was lost."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from core.saving import clean_and_save
from posts.models import Post, Tag
from tests.factories import PostFactory, TagFactory

pytestmark = pytest.mark.django_db


class LateTag(Tag):
    """A tag whose first look at the others comes too early."""

    looks = 0

    class Meta:
        proxy = True
        app_label = "posts"

    def full_clean(self, *args: object, **kwargs: object) -> None:
        """Nothing to see at first; then as always."""
        self.looks += 1
        if self.looks > 1:
            super().full_clean()


def test_the_loser_of_a_race_is_told_what_was_taken() -> None:
    TagFactory(name="Snow")
    with pytest.raises(ValidationError) as refusal:
        clean_and_save(LateTag(name="SNOW"))
    assert set(refusal.value.message_dict) == {"name"}
    assert Tag.objects.count() == 1


def test_what_a_second_look_cannot_explain_comes_through() -> None:
    post = PostFactory(title="Hello")
    post.title = ""
    with pytest.raises(IntegrityError, match="title_not_empty"):
        clean_and_save(post, unchecked={"title"})
    assert Post.objects.get().title == "Hello"
