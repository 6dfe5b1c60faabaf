"""`manage.py make_sample_data --posts 20000 --comments 200000`, for an empty database."""

import random
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from accounts.models import User
from accounts.roles import Role
from comments.models import Comment
from core.choices import CommentStatus
from django.core.management.base import BaseCommand
from django.db import models, transaction
from django.utils import timezone
from posts.choices import PostStatus
from posts.models import Category, Post, Tag

CHUNK = 2000
WORDS = [
    "snow",
    "rain",
    "sun",
    "wind",
    "hill",
    "lake",
    "road",
    "bridge",
    "house",
    "garden",
    "bread",
    "tea",
    "book",
    "song",
]


@contextmanager
def own_times(*all_models: type[models.Model]) -> Iterator[None]:
    """`created_at` is what the object says, and not the time of the first save."""
    fields: list[Any] = [model._meta.get_field("created_at") for model in all_models]
    for field in fields:
        field.auto_now_add = False
    try:
        yield
    finally:
        for field in fields:
            field.auto_now_add = True


class Command(BaseCommand):
    """Fills an empty database with people, posts and comments."""

    help = "Fill an empty database with sample data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How much of it."""
        parser.add_argument("--posts", type=int, default=200)
        parser.add_argument("--comments", type=int, default=2000)

    @transaction.atomic
    @own_times(Post, Comment)
    def handle(self, *args: Any, **options: Any) -> None:
        """All or nothing; the same every time."""
        chance = random.Random(3)
        writers, readers = self.people()
        categories = [Category(name=f"Category {n}", slug=f"category-{n}") for n in range(12)]
        Category.objects.bulk_create(categories)
        tags = [Tag(name=f"tag {n}", slug=f"tag-{n}") for n in range(40)]
        Tag.objects.bulk_create(tags)
        now = timezone.now()
        posts = []
        for number in range(options["posts"]):
            created = now - timedelta(minutes=7 * (options["posts"] - number))
            status = chance.choices(list(PostStatus), (15, 75, 10))[0]
            posts.append(
                Post(
                    title=f"{chance.choice(WORDS)} and {chance.choice(WORDS)} {number}",
                    slug=f"sample-{number}",
                    body=" ".join(chance.choices(WORDS, k=60)),
                    status=status,
                    published_at=None if status == PostStatus.DRAFT else created,
                    author=chance.choice(writers),
                    category=chance.choice([None, *categories]),
                    created_at=created,
                )
            )
        Post.objects.bulk_create(posts, CHUNK)
        through = Post.tags.through
        through._default_manager.bulk_create(
            [
                through(post_id=post.pk, tag_id=tag.pk)
                for post in posts
                for tag in chance.sample(tags, chance.randrange(4))
            ],
            CHUNK,
        )
        self.comments(chance, posts, [*writers, *readers], options["comments"])
        self.stdout.write(f"{len(posts)} posts, {options['comments']} comments")

    def people(self) -> tuple[list[User], list[User]]:
        """(those who write posts, those who read them)."""
        people = [
            User(username=f"{role}-{n}", email=f"{role}-{n}@example.org", role=role)
            for role, number in (
                (Role.ADMIN, 2),
                (Role.EDITOR, 5),
                (Role.CONTRIBUTOR, 100),
                (Role.READER, 300),
            )
            for n in range(number)
        ]
        for person in people:
            person.set_unusable_password()
        User.objects.bulk_create(people)
        return (
            [person for person in people if person.role != Role.READER],
            [person for person in people if person.role == Role.READER],
        )

    def comments(self, chance: random.Random, posts: list[Post], people: list[User], number: int) -> None:
        """Spread over all posts, whatever became of them since."""
        now = timezone.now()
        for start in range(0, number if posts else 0, CHUNK):
            rows = [
                Comment(
                    post=chance.choice(posts),
                    author=chance.choice(people),
                    body=" ".join(chance.choices(WORDS, k=12)),
                    status=chance.choices(list(CommentStatus), (20, 70, 10))[0],
                    created_at=now - timedelta(seconds=40 * (number - place)),
                )
                for place in range(start, min(start + CHUNK, number))
            ]
            Comment.objects.bulk_create(rows)
