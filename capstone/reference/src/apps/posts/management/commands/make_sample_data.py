# FILE SOLUTION 03
"""`manage.py make_sample_data`: so many posts and comments that lists show how they scale."""

import random
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import batched
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction

from accounts.models import User
from accounts.roles import Role
from core.choices import CommentStatus
from comments.models import Comment
from core import clock
from posts.choices import PostStatus
from posts.models import Category, Post, Tag

BATCH = 2000
AUTHORS, READERS, CATEGORIES, TAGS, TAGS_EACH = 50, 200, 20, 100, 2
PARAGRAPH = "Words that nobody has to read, and that a database has to carry. " * 20


class Command(BaseCommand):
    """The same rows each time, in one transaction; nobody can log in by one of the accounts."""

    help = "Make posts and comments to measure with. For an empty database only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many."""
        parser.add_argument("--posts", type=int, default=20_000)
        parser.add_argument("--comments", type=int, default=200_000)

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Make them. Raises CommandError where there are posts already."""
        if Post.objects.exists():
            raise CommandError("There are posts here: this is for an empty database.")
        dice = random.Random(1)  # noqa: S311  the same rows every time
        authors = _people("author", AUTHORS, Role.CONTRIBUTOR)
        readers = _people("reader", READERS, Role.READER)
        categories = _labels(Category, CATEGORIES)
        tags = _labels(Tag, TAGS)
        posts = _save(Post, _posts(options["posts"], authors, categories, dice))
        labels = Post.tags.through
        _save(
            labels,
            (
                labels(post_id=post.pk, tag_id=tag.pk)
                for post in posts
                for tag in dice.sample(tags, TAGS_EACH)
            ),
        )
        comments = _save(Comment, _comments(options["comments"], posts, readers, dice))
        self.stdout.write(f"Made {len(posts)} posts and {len(comments)} comments.")


def _save[Row: models.Model](model: type[Row], rows: Iterable[Row]) -> list[Row]:
    return [
        row
        for some in batched(rows, BATCH)
        for row in model._default_manager.bulk_create(some)
    ]


def _people(name: str, number: int, role: Role) -> list[User]:
    people = [User(username=f"{name}-{n}", role=role) for n in range(number)]
    for person in people:
        person.set_unusable_password()
    return _save(User, people)


def _labels[Label: (Category, Tag)](model: type[Label], number: int) -> list[Label]:
    name = model.__name__
    rows = [
        model(name=f"{name} {n}", slug=f"{name}-{n}".lower()) for n in range(number)
    ]
    return _save(model, rows)


def _posts(
    number: int, authors: list[User], categories: list[Category], dice: random.Random
) -> Iterator[Post]:
    """Nine of ten are out, one every ten minutes until now; the others are drafts."""
    now = clock.now()
    for n in range(number):
        is_out = n % 10 != 9
        yield Post(
            title=f"Sample {n}",
            slug=f"sample-{n}",
            body=PARAGRAPH,
            status=PostStatus.PUBLISHED if is_out else PostStatus.DRAFT,
            published_at=now - (number - n) * timedelta(minutes=10) if is_out else None,
            author=dice.choice(authors),
            category=dice.choice(categories),
        )


def _comments(
    number: int, posts: list[Post], readers: list[User], dice: random.Random
) -> Iterator[Comment]:
    """On posts that are out. Of ten, eight are approved, one waits and one was rejected."""
    out = [post for post in posts if post.status == PostStatus.PUBLISHED]
    statuses = [CommentStatus.APPROVED] * 8
    statuses += [CommentStatus.PENDING, CommentStatus.REJECTED]
    for n in range(number):
        yield Comment(
            post=dice.choice(out),
            author=dice.choice(readers),
            body=f"Comment {n}. {PARAGRAPH[:200]}",
            status=statuses[n % 10],
        )
