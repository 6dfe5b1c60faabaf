# FILE SOLUTION 03
"""Checked, saved, and told what was lost."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from core.saving import clean_and_save
from posts.models import Post, Tag
from tests.factories import PostFactory, TagFactory

pytestmark = pytest.mark.django_db


def test_the_loser_of_a_race_is_told_what_was_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    TagFactory(name="Snow")
    look = Tag.full_clean
    too_early = iter([True])  # the first look at the others sees nothing yet

    def full_clean(tag: Tag, **kwargs: object) -> None:
        if not next(too_early, False):
            look(tag)

    monkeypatch.setattr(Tag, "full_clean", full_clean)
    with pytest.raises(ValidationError) as refusal:
        clean_and_save(Tag(name="SNOW"))
    assert set(refusal.value.message_dict) == {"name"}
    assert Tag.objects.count() == 1


def test_what_a_second_look_cannot_explain_comes_through() -> None:
    post = PostFactory(title="Hello")
    post.title = ""
    with pytest.raises(IntegrityError, match="title_not_empty"):
        clean_and_save(post, unchecked={"title"})
    assert Post.objects.get().title == "Hello"
