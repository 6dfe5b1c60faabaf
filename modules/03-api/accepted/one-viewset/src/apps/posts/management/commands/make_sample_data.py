"""`manage.py make_sample_data --posts 20000 --comments 200000`: something to try the API with."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import batched
from typing import Any

from accounts.models import User
from accounts.roles import Role
from comments.models import Comment
from core.choices import CommentStatus
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandParser
from django.db import models, transaction
from django.utils import timezone
from posts.choices import PostStatus
from posts.models import Category, Post, Tag

BATCH = 2000
ROLES = [Role.ADMIN, Role.EDITOR, *[Role.CONTRIBUTOR] * 10, *[Role.READER] * 8]


@contextmanager
def own_times(model: type[models.Model]) -> Iterator[None]:
    """Rows keep the times that they were given."""
    fields: list[Any] = [model._meta.get_field(name) for name in ("created_at", "updated_at")]
    before = [(field.auto_now, field.auto_now_add) for field in fields]
    for field in fields:
        field.auto_now = field.auto_now_add = False
    try:
        yield
    finally:
        for field, (now, now_add) in zip(fields, before, strict=True):
            field.auto_now, field.auto_now_add = now, now_add


class Command(BaseCommand):
    """Fills an empty database with people, posts and comments."""

    help = "Fill an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        """How much."""
        parser.add_argument("--posts", type=int, default=200)
        parser.add_argument("--comments", type=int, default=2000)

    @transaction.atomic
    def handle(self, *args: Any, posts: int, comments: int, **options: Any) -> None:
        """The same rows each time, but for the hour."""
        self.dice = random.Random(3)
        self.now = timezone.now()
        people = User.objects.bulk_create(
            User(
                username=f"sample-{number}",
                email=f"sample-{number}@example.org",
                password=make_password(None),
                role=ROLES[number % len(ROLES)],
            )
            for number in range(60)
        )
        shelves = Category.objects.bulk_create(
            Category(name=f"Category {number}", slug=f"category-{number}") for number in range(12)
        )
        tags = Tag.objects.bulk_create(Tag(name=f"tag {number}", slug=f"tag-{number}") for number in range(40))
        writers = [person for person in people if person.role != Role.READER]
        with own_times(Post), own_times(Comment):
            made = self._store(self._post(number, posts, writers, shelves) for number in range(posts))
            tagged = (
                Post.tags.through(post_id=post.pk, tag_id=tag.pk)
                for post in made
                for tag in self.dice.sample(tags, self.dice.randint(0, 3))
            )
            self._store(tagged)
            public = [post for post in made if post.is_out] or made
            if public:
                self._store(self._comment(number, comments, people, public) for number in range(comments))
        self.stdout.write(f"{posts} posts, {comments if public else 0} comments")

    def _store(self, rows: Iterator[Any]) -> list[Any]:
        stored: list[Any] = []
        for batch in batched(rows, BATCH):
            stored += type(batch[0]).objects.bulk_create(batch)
        return stored

    def _post(self, number: int, of: int, writers: list[User], shelves: list[Category]) -> Post:
        born = self.now - timedelta(days=700) * ((of - number) / of)
        status = self.dice.choices(list(PostStatus), [2, 7, 1])[0]
        out_at = born + timedelta(hours=self.dice.randint(0, 48))
        words = self.dice.choices(["snow", "bread", "river", "engine", "law"], k=3)
        return Post(
            title=f"{' '.join(words)} {number}".capitalize(),
            slug=f"sample-{number}",
            body=f"All about {' and '.join(words)}. " * 20,
            status=status,
            published_at=None if status == PostStatus.DRAFT else out_at,
            author=self.dice.choice(writers),
            category=self.dice.choice([*shelves, None]),
            created_at=born,
            updated_at=born,
        )

    def _comment(self, number: int, of: int, people: list[User], public: list[Post]) -> Comment:
        born = self.now - timedelta(days=700) * ((of - number) / of)
        return Comment(
            post=self.dice.choice(public),
            author=self.dice.choice(people),
            body=f"Comment {number}: well said.",
            status=self.dice.choices(list(CommentStatus), [3, 6, 1])[0],
            created_at=born,
            updated_at=born,
        )
