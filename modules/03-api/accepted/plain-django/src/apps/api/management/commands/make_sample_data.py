"""Fills a database with people, posts and comments, to see how lists do when they are long."""

import random
import uuid
from datetime import timedelta
from typing import Any

from accounts.models import User
from accounts.roles import Role
from comments.models import Comment
from core.choices import CommentStatus
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.utils import timezone
from posts.choices import PostStatus
from posts.models import Category, Post, Tag

CHUNK = 2000
WORDS = ("snow", "ice", "wind", "rain", "sun", "fog", "frost", "cloud", "storm", "hail")


class Command(BaseCommand):
    """`manage.py make_sample_data --posts 20000 --comments 200000`"""

    help = "Fills an empty database with posts and comments."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many."""
        parser.add_argument("--posts", type=int, default=200)
        parser.add_argument("--comments", type=int, default=2000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them."""
        self.run = uuid.uuid4().hex[:8]  # nothing that is there already gets in the way
        self.dice = random.Random(3)
        self.now = timezone.now()
        writers = self._people(Role.CONTRIBUTOR, 40) + self._people(Role.EDITOR, 4)
        readers = self._people(Role.READER, 200)
        self._people(Role.ADMIN, 1)
        posts = self._posts(options["posts"], writers)
        self._tag(posts)
        if posts:
            self._comments(options["comments"], posts, writers + readers)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        self.stdout.write(f"{len(posts)} posts and {options['comments']} comments.")

    def _people(self, role: Role, number: int) -> list[User]:
        names = [f"{role}-{self.run}-{one}" for one in range(1, number + 1)]
        people = [User(username=name, email=f"{name}@example.org", role=role) for name in names]
        for person in people:
            person.set_unusable_password()
        return User.objects.bulk_create(people)

    def _posts(self, number: int, writers: list[User]) -> list[Post]:
        categories = Category.objects.bulk_create(
            Category(name=f"{word} {self.run}", slug=f"{word}-{self.run}") for word in WORDS
        )
        posts: list[Post] = []
        for start in range(0, number, CHUNK):
            rows = [self._post(one, writers, categories) for one in range(start, min(start + CHUNK, number))]
            posts += Post.objects.bulk_create(rows)
        return posts

    def _post(self, one: int, writers: list[User], categories: list[Category]) -> Post:
        dice = self.dice
        status = dice.choices((PostStatus.PUBLISHED, PostStatus.DRAFT, PostStatus.ARCHIVED), (80, 12, 8))[0]
        then = self.now - timedelta(minutes=dice.randrange(3, 1_000_000))
        return Post(
            title=f"{dice.choice(WORDS)} and {dice.choice(WORDS)}, part {one}".capitalize(),
            slug=f"sample-{self.run}-{one}",
            body=" ".join(dice.choices(WORDS, k=60)),
            status=status,
            published_at=None if status == PostStatus.DRAFT else then,
            author=dice.choice(writers),
            category=dice.choice([*categories, None]),
        )

    def _tag(self, posts: list[Post]) -> None:
        tags = Tag.objects.bulk_create(Tag(name=f"{word} {self.run}", slug=f"{word}-{self.run}") for word in WORDS)
        links = Post.tags.through
        rows = [
            links(post_id=post.pk, tag_id=tag.pk)
            for post in posts
            for tag in self.dice.sample(tags, self.dice.randrange(4))
        ]
        links._default_manager.bulk_create(rows, batch_size=CHUNK)

    def _comments(self, number: int, posts: list[Post], people: list[User]) -> None:
        dice = self.dice
        statuses = (
            CommentStatus.APPROVED,
            CommentStatus.PENDING,
            CommentStatus.REJECTED,
        )
        for start in range(0, number, CHUNK):
            Comment.objects.bulk_create(
                Comment(
                    post=dice.choice(posts),
                    author=dice.choice(people),
                    body=" ".join(dice.choices(WORDS, k=12)),
                    status=dice.choices(statuses, (80, 15, 5))[0],
                )
                for _ in range(start, min(start + CHUNK, number))
            )
