"""What every check of this module builds with: rows that are right in every way but the one that a check is about."""

import itertools
import time
from datetime import UTC, datetime, timedelta

import pytest

from grader.checkpoint import Factory, Recipe, expect_that, fail, later

LABELS = {
    "user": "accounts.User",
    "category": "posts.Category",
    "tag": "posts.Tag",
    "post": "posts.Post",
    "comment": "comments.Comment",
}


def recipes(*, bare):
    """Rows that are right in every way. Those that are ``bare`` leave to the project all that need not be given.

    The others say it, so that a default that is wrong, or a field that may not be empty, is found by the checks that
    are about it and by no others.
    """
    shelves = []

    def shelf(make):
        """One category for all posts of a check."""
        if not shelves:
            shelves.append(make.category())
        return shelves[0]

    slug = {} if bare else {"slug": lambda make: make.rng.slug()}
    post = slug | ({} if bare else {"category": shelf, "status": "draft", "published_at": None})
    comment = {} if bare else {"status": "pending"}
    written = {
        "title": lambda make: make.rng.title(),
        "body": lambda make: make.rng.sentence(),
        "author": lambda make: make.user(),
    }
    out = {"status": "published", "published_at": lambda make: datetime.now(UTC) - timedelta(hours=1)}
    said = {
        "post": lambda make: make.published(),
        "author": lambda make: make.user(),
        "body": lambda make: make.rng.sentence(),
    }
    return {
        "user": Recipe(
            "accounts.User",
            username=lambda make: make.rng.word(),
            email=lambda make: f"{make.rng.word()}@example.com",
            password="!",
            role="contributor",
        ),
        "category": Recipe("posts.Category", **slug, name=lambda make: make.rng.title()),
        "tag": Recipe("posts.Tag", **slug, name=lambda make: make.rng.word()),
        "post": Recipe("posts.Post", many=("tags",), **post | written),
        "published": Recipe("posts.Post", many=("tags",), **post | written | out),
        "comment": Recipe("comments.Comment", **comment | said),
    }


@pytest.fixture
def make(app, rng):
    """``make.published(title="Hello")`` saves a published post, ``make.post.build()`` only builds a draft."""
    return Factory(app, rng, **recipes(bare=False))


@pytest.fixture
def bare(app, rng):
    """The same with nothing but what has to be given: no slug, no category, no status."""
    return Factory(app, rng, **recipes(bare=True))


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

        def author(**flags):
            number = next(ids)
            migrations.db.insert(
                "accounts_user",
                id=number,
                username=rng.word(),
                email=f"{rng.word()}@example.com",
                date_joined=datetime.now(UTC),
                is_active=True,
                **dict.fromkeys(["password", "first_name", "last_name"], ""),
                **dict.fromkeys(["is_superuser", "is_staff"], False) | flags,
            )
            return number

        def write(**fields):
            number = next(ids)
            row = {"title": rng.title(), "body": rng.sentence(), "is_published": False} | fields
            row |= {"id": number, "author_id": row.get("author_id") or author()}
            migrations.db.insert("posts_post", **row)
            write.written[number] = row
            return number

        write.written, write.author = {}, author
        return write

    return begin


@pytest.fixture
def old(migrations, old_rows, rng):
    """``old(title=…, is_published=…)`` writes a row of ``posts.0001_initial`` past the application; gives its id."""
    return old_rows(migrations, rng)


PATIENCE_S = 20


@pytest.fixture
def race(app, db, bare):
    """``race(title, atomic=…)`` saves two posts of one title at once, in two processes; gives the slugs afterwards.

    Nothing is written until the database itself shows two sessions that wait. So both have looked before either
    writes, and what holds the second one back, if anything does, is the database and nothing in a process or a file.
    """

    def both(title, *, atomic):
        posts, waiting = [bare.post.build(title=title) for _ in range(2)], []

        def watch():
            ends = time.monotonic() + PATIENCE_S
            while not waiting and time.monotonic() < ends:
                waiting.extend([True] * (held.waiting() >= 2))
                time.sleep(0.01)
            held.release()

        with db.writes_held("posts_post") as held:
            outcomes = app.race([later(post.save) for post in posts], atomic=atomic, meanwhile=watch)
        for raised in (outcome.raised for outcome in outcomes if outcome.raised):
            fail(expected="both saves succeed", observed=f"one raised {raised.type}", where=raised.where)
        expect_that(
            bool(waiting),
            expected="two saves under way at the same moment, kept in order by the database alone",
            observed=f"one save kept the other from beginning for {PATIENCE_S} s",
        )
        return sorted(row["slug"] for row in db.rows("posts_post", "slug", title=title))

    return both
