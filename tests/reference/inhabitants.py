"""Run inside the machine, by ``manage.py shell``: people of every role, and as many posts as a platform of some age."""

import random
from datetime import UTC, datetime, timedelta

from accounts.models import User
from comments.models import Comment
from django.utils.text import slugify
from posts.models import Category, Post, Tag

POSTS, COMMENTS, NOW = 1000, 2000, datetime.now(UTC)
# Their numbers are far from those that a tool tries, so that an admin's run does not end its own account.
people = {
    role: User.objects.create_user(
        f"{role}-ann", id=910_000 + n, email=f"{role}@example.org", password="seen from outside", role=role
    )
    for n, role in enumerate(("reader", "contributor", "editor", "admin"))
}
categories = Category.objects.bulk_create([Category(name=f"Subject {n}", slug=f"subject-{n}") for n in range(10)])
tags = Tag.objects.bulk_create([Tag(name=f"word {n}", slug=f"word-{n}") for n in range(30)])
chosen = random.Random(5)
posts = Post.objects.bulk_create(
    [
        Post(
            title=f"Post number {n}",
            slug=slugify(f"Post number {n}"),
            body="Snow, and much of it. " * chosen.randrange(5, 60),
            author=people["contributor"] if n % 2 else people["editor"],
            category=chosen.choice(categories),
            status="draft" if n % 10 == 0 else "published",
            published_at=None if n % 10 == 0 else NOW - timedelta(hours=n),
        )
        for n in range(POSTS)
    ]
)
Post.tags.through.objects.bulk_create(
    [Post.tags.through(post_id=post.id, tag_id=tag.id) for post in posts for tag in chosen.sample(tags, 3)]
)
out = [post for post in posts if post.status == "published"]
Comment.objects.bulk_create(
    [
        Comment(
            post=chosen.choice(out),
            author=people["reader"],
            body=f"Well said, for the {n}th time.",
            status=("approved", "approved", "pending", "rejected")[n % 4],
        )
        for n in range(COMMENTS)
    ]
)
