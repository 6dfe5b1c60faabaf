"""Cross-site scripting by comment: on the way in, in the answers, and in the admin."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from comments.models import Comment
from tests.factories import CommentFactory, PostFactory, UserFactory

pytestmark = pytest.mark.django_db

ATTACK = 'Hi<script>alert(1)</script><img src=x onerror="alert(2)">'


@pytest.fixture
def comment() -> Comment:
    """A new one with an attack in it, checked as services do."""
    comment: Comment = CommentFactory.build(
        post=PostFactory(out=True), author=UserFactory(), body=ATTACK
    )
    comment.full_clean()
    comment.save()
    return comment


def test_only_words_are_stored(comment: Comment) -> None:
    assert Comment.objects.get().body == "Hi"


def test_the_admin_stores_only_words(comment: Comment) -> None:
    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    sent = {
        "body": ATTACK,
        "status": "approved",
        "post": comment.post_id,
        "author": comment.author_id,
    }
    answer = client.post(f"/admin/comments/comment/{comment.pk}/change/", sent)
    assert answer.status_code == 302
    assert Comment.objects.get().body == "Hi"


def test_what_got_in_behind_our_back_is_escaped_where_it_is_shown(
    comment: Comment,
) -> None:
    Comment.objects.update(body=ATTACK)
    User.objects.filter(pk=comment.author_id).update(username="<b>ann</b>")
    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    for address in ("", f"{comment.pk}/change/"):
        page = client.get(f"/admin/comments/comment/{address}").content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>ann" not in page


@pytest.mark.parametrize("body", ["<script>alert(1)</script>", "<br>", "<!-- x -->"])
def test_markup_alone_is_no_comment(body: str) -> None:
    comment = CommentFactory.build(
        post=PostFactory(out=True), author=UserFactory(), body=body
    )
    with pytest.raises(ValidationError) as refusal:
        comment.full_clean()
    assert set(refusal.value.message_dict) == {"body"}
