"""Ready-made objects: right in every way unless a test says otherwise."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import User
from accounts.roles import Role
from comments.models import Comment
from core.choices import CommentStatus
from posts.choices import PostStatus
from posts.models import Category, Post, Tag


class UserFactory(DjangoModelFactory[User]):
    """Somebody who may write posts."""

    class Meta:
        model = User

    username = factory.Sequence("user{}".format)
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")
    role = Role.CONTRIBUTOR


class CategoryFactory(DjangoModelFactory[Category]):
    """A category."""

    class Meta:
        model = Category

    name = factory.Sequence("Category {}".format)


class TagFactory(DjangoModelFactory[Tag]):
    """A tag."""

    class Meta:
        model = Tag

    name = factory.Sequence("tag {}".format)


class PostFactory(DjangoModelFactory[Post]):
    """A draft; `PostFactory(out=True)` is out."""

    class Meta:
        model = Post

    class Params:
        out = factory.Trait(
            status=PostStatus.PUBLISHED,
            published_at=factory.LazyFunction(timezone.now),
        )

    title = factory.Sequence("Post {}".format)
    body = "Something to read."
    author = factory.SubFactory(UserFactory)


class CommentFactory(DjangoModelFactory[Comment]):
    """A comment that waits for moderation, by a reader, on a post that is out."""

    class Meta:
        model = Comment

    post = factory.SubFactory(PostFactory, out=True)
    author = factory.SubFactory(UserFactory, role=Role.READER)
    body = "Well said."
    status = CommentStatus.PENDING
