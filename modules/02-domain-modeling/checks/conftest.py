"""What every check of this module builds with: rows that are right in every way but the one that a check is about."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from grader.checkpoint import Factory, Recipe

LABELS = {
    "user": "accounts.User",
    "category": "posts.Category",
    "tag": "posts.Tag",
    "post": "posts.Post",
    "comment": "comments.Comment",
}


@pytest.fixture
def make(app, rng):
    """``make.published(title="Hello")`` saves a published post, ``make.post.build()`` only builds a draft."""
    return Factory(
        app,
        rng,
        user=Recipe(
            "accounts.User",
            username=lambda make: make.rng.word(),
            email=lambda make: f"{make.rng.word()}@example.com",
            password="!",
            role="contributor",
        ),
        category=Recipe("posts.Category", name=lambda make: make.rng.title()),
        tag=Recipe("posts.Tag", name=lambda make: make.rng.word()),
        post=Recipe(
            "posts.Post",
            many=("tags",),
            title=lambda make: make.rng.title(),
            body=lambda make: make.rng.sentence(),
            author=lambda make: make.user(),
        ),
        published=Recipe(
            "posts.Post",
            many=("tags",),
            title=lambda make: make.rng.title(),
            body=lambda make: make.rng.sentence(),
            author=lambda make: make.user(),
            status="published",
            published_at=lambda make: datetime.now(UTC) - timedelta(hours=1),
        ),
        comment=Recipe(
            "comments.Comment",
            post=lambda make: make.published(),
            author=lambda make: make.user(),
            body=lambda make: make.rng.sentence(),
        ),
    )


TABLES = {label: label.replace(".", "_").lower() for label in LABELS.values()}


@pytest.fixture
def stored(db):
    """``stored("post", post, "slug")`` is what the database has of a row, read beside the project; of a list, of each.

    With several columns it is a tuple.
    """

    def one(kind, row, columns):
        found = db.one(TABLES[LABELS[kind]], *columns, id=row.pk)
        return found[columns[0]] if len(columns) == 1 else tuple(found[column] for column in columns)

    def read(kind, rows, *columns):
        return [one(kind, row, columns) for row in rows] if isinstance(rows, list) else one(kind, rows, columns)

    return read


@pytest.fixture
def models(app):
    """The five models by their short names: ``models("post")``."""
    return lambda name: app.model(LABELS[name])


@pytest.fixture
def archived(make, db):
    """``archived(author=…)`` saves a post that was published and is archived now."""

    def archive(**fields):
        post = make.published(**fields)
        db.update("posts_post", {"status": "archived"}, id=post.pk)
        post.refresh_from_db()
        return post

    return archive


@pytest.fixture
def demote(db):
    """``demote(user)`` makes a user a reader, or whatever ``role`` says, behind the application's back."""

    def set_role(user, role="reader"):
        db.update("accounts_user", {"role": role}, id=user.pk)
        user.refresh_from_db()
        return user

    return set_role


@pytest.fixture
def old_rows():
    """``old_rows(migrations, rng)`` goes to ``posts.0001_initial`` and gives a writer of rows, past the application.

    ``write(title=…, is_published=…)`` gives the id of a row; what is not said is random. ``write.written`` has what was
    written, by id: what the database says of it afterwards may be the project's doing.
    """

    def begin(migrations, rng):
        migrations.migrate("posts", "0001")
        ids = itertools.count(1)

        def author():
            number = next(ids)
            migrations.db.insert(
                "accounts_user",
                id=number,
                username=rng.word(),
                email=f"{rng.word()}@example.com",
                date_joined=datetime.now(UTC),
                is_active=True,
                **dict.fromkeys(["password", "first_name", "last_name"], ""),
                **dict.fromkeys(["is_superuser", "is_staff"], False),
            )
            return number

        def write(**fields):
            number = next(ids)
            row = {"title": rng.title(), "body": rng.sentence(), "is_published": False} | fields
            row |= {"id": number, "author_id": row.get("author_id") or author()}
            migrations.db.insert("posts_post", **row)
            write.written[number] = row
            return number

        write.written = {}
        return write

    return begin


@pytest.fixture
def old(migrations, old_rows, rng):
    """``old(title=…, is_published=…)`` writes a row of ``posts.0001_initial`` past the application; gives its id."""
    return old_rows(migrations, rng)
