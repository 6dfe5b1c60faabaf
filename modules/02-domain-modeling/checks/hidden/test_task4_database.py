"""Task 4, when clean() is bypassed: the trusted side writes, the database answers."""

import re
from datetime import UTC, datetime

import pytest

from grader.checkpoint import check, expect_that, raises

CHOICES = [
    ("post", "posts_post", "status", ["draft"]),
    ("published", "posts_post", "status", ["published", "archived"]),
    ("comment", "comments_comment", "status", ["pending", "approved", "rejected"]),
    ("user", "accounts_user", "role", ["admin", "editor", "contributor", "reader"]),
]
UNIQUE_SLUGS = [("post", "posts_post"), ("category", "posts_category"), ("tag", "posts_tag")]
UNIQUE_NAMES = [
    ("category", "posts_category", "name"),
    ("tag", "posts_tag", "name"),
    ("user", "accounts_user", "email"),
]


@check("domain.db-choices")
@pytest.mark.parametrize(("kind", "table", "column", "values"), CHOICES, ids=[c[0] for c in CHOICES])
def test_values_outside_the_list(make, db, kind, table, column, values):
    """The database refuses a status or role outside its list, in other capitals too, and accepts those of the list."""
    row = getattr(make, kind)()
    for value in values:
        db.update(table, {column: value}, id=row.pk)
    for wrong in ("lost", "", None, values[0].upper(), values[0].title(), values[0][:-1]):
        with db.refused():
            db.update(table, {column: wrong}, id=row.pk)


LISTS = [
    ("post", "posts_post", "status", {"draft", "published", "archived"}),
    ("comment", "comments_comment", "status", {"pending", "approved", "rejected"}),
    ("user", "accounts_user", "role", {"admin", "editor", "contributor", "reader"}),
]
# Words that projects of this kind use, and those of the other two lists.
LIKELY = {"scheduled", "deleted", "hidden", "spam", "flagged", "author", "moderator", "staff", "superuser", "owner"}
LIKELY |= {"guest", "member", "private", "removed", "review", "trash", "user", "writer"}.union(*(c[3] for c in CHOICES))


@check("domain.db-choices", database="postgres")
@pytest.mark.parametrize(("kind", "table", "column", "values"), LISTS, ids=[c[0] for c in LISTS])
def test_no_other_word(make, db, kind, table, column, values):
    """No other word is stored as a status or role, whatever the constraint's own words are."""
    row = getattr(make, kind)()
    definitions = [c.definition for c in db.constraints(table) if c.kind == "check" and column in c.columns]
    written = {word for text in definitions for word in re.findall(r"'(\w{1,20})'", text)}
    longest = max(map(len, values))  # a longer one may not fit into the column
    for wrong in sorted(word for word in (LIKELY | written) - values if len(word) <= longest):
        with db.refused():
            db.update(table, {column: wrong, **({"published_at": None} if kind == "post" else {})}, id=row.pk)


@check("domain.db-choices")
def test_an_update_of_the_queryset(make, models, stored):
    """`update()` of a queryset does not get around the list either."""
    comment = make.comment()
    models("comment").objects.update(status="approved")
    with raises("DatabaseError"):
        models("comment").objects.update(status="lost")
    assert stored("comment", comment, "status") == "approved"


@check("domain.db-published-at")
def test_published_and_dated(make, db):
    """The database refuses a published post without `published_at` and a draft with one."""
    draft, published = make.post(), make.published()
    with db.refused():
        db.update("posts_post", {"published_at": datetime.now(UTC)}, id=draft.pk)
    with db.refused():
        db.update("posts_post", {"status": "published"}, id=draft.pk)
    with db.refused():
        db.update("posts_post", {"status": "draft"}, id=published.pk)
    with db.refused():
        db.update("posts_post", {"published_at": None}, id=published.pk)


@check("domain.db-published-at")
def test_what_the_database_accepts(make, db):
    """The database accepts the way from draft to published to archived, and an archived post without a date."""
    post = make.post()
    db.update("posts_post", {"status": "published", "published_at": datetime.now(UTC)}, id=post.pk)
    db.update("posts_post", {"status": "archived"}, id=post.pk)
    db.update("posts_post", {"published_at": None}, id=post.pk)
    assert db.one("posts_post", "status", id=post.pk)["status"] == "archived"


OUT = {"status": "published", "published_at": datetime(2026, 1, 1, tzinfo=UTC)}
STATES = {
    "post": [{"status": "draft", "published_at": None}, OUT, OUT | {"status": "archived"}],
    "comment": [{"status": status} for status in ("pending", "approved", "rejected")],
}


@check("domain.db-not-empty")
@pytest.mark.parametrize(
    ("kind", "table", "column"), [("post", "posts_post", "title"), ("comment", "comments_comment", "body")]
)
def test_empty_texts(make, db, rng, kind, table, column):
    """The database refuses an empty title of a post and an empty body of a comment in any status; it accepts a word."""
    row = getattr(make, kind)()
    for state in STATES[kind]:
        db.update(table, {column: rng.word(), **state}, id=row.pk)
        with db.refused():
            db.update(table, {column: ""}, id=row.pk)


@check("domain.db-not-empty")
def test_old_titles_of_spaces_stay(make, db):
    """The database accepts a title of white space, as old rows have it."""
    post = make.post()
    db.update("posts_post", {"title": "   "}, id=post.pk)


@check("domain.db-unique-slug")
@pytest.mark.parametrize(("kind", "table"), UNIQUE_SLUGS, ids=[u[0] for u in UNIQUE_SLUGS])
def test_equal_slugs(make, db, rng, kind, table):
    """The database refuses a second equal slug of a post, category or tag, and accepts another one."""
    taken, other = rng.slug(), getattr(make, kind)()
    db.update(table, {"slug": taken}, id=getattr(make, kind)().pk)
    db.update(table, {"slug": f"{taken}x"}, id=other.pk)
    with db.refused():
        db.update(table, {"slug": taken}, id=other.pk)


@check("domain.db-unique-slug")
@pytest.mark.parametrize("state", STATES["post"], ids=lambda state: state["status"])
def test_equal_slugs_of_posts(make, db, rng, state):
    """A slug of a post is taken whatever its status, and in another category as well."""
    first, other = make.published(), make.published(category=make.category())
    for post in (first, other):
        db.update("posts_post", {"slug": rng.slug(), **state}, id=post.pk)
    taken = db.one("posts_post", "slug", id=first.pk)["slug"]
    for again in STATES["post"]:
        db.update("posts_post", again, id=other.pk)
        with db.refused():
            db.update("posts_post", {"slug": taken}, id=other.pk)


@check("domain.db-unique-case")
@pytest.mark.parametrize(("kind", "table", "column"), UNIQUE_NAMES, ids=[u[0] for u in UNIQUE_NAMES])
def test_names_that_differ_only_in_case(make, db, rng, kind, table, column):
    """The database refuses a name or address that differs from another only in case, and accepts a different one."""
    taken, other = f"{rng.word()}@example.com", getattr(make, kind)()
    db.update(table, {column: taken}, id=getattr(make, kind)().pk)
    for different in (f"x{taken}", f"{taken}x", *((f" {taken}", f"{taken} ") if column == "name" else ())):
        db.update(table, {column: different}, id=other.pk)
    for again in (taken, taken.upper(), taken.title(), taken.swapcase()):
        with db.refused():
            db.update(table, {column: again}, id=other.pk)


@check("domain.db-unique-case")
def test_addresses_of_others_whoever_they_are(make, db, rng):
    """An address is taken for the database as well, whoever has it: somebody of any role, active or not."""
    user = make.user()
    for others in ({"is_active": False}, {"role": "reader"}, {"role": "admin", "is_superuser": True}):
        taken = make.user(email=f"{rng.word()}@example.com", **others).email
        with db.refused():
            db.update("accounts_user", {"email": taken.upper()}, id=user.pk)


@check("domain.db-unique-case", database="postgres")
@pytest.mark.parametrize(("kind", "table", "column"), UNIQUE_NAMES, ids=[u[0] for u in UNIQUE_NAMES])
def test_letters_beyond_ascii(make, db, kind, table, column):
    """The database knows capitals beyond A to Z, and tells apart what `LOWER()` does."""
    other = getattr(make, kind)()
    words = (("ärger", "ÄRGER", "arger"), ("журнал", "ЖУРНАЛ", "журналы"), ("straße", "STRAßE", "strasse"))
    for taken, again, different in words:
        db.update(table, {column: taken}, id=getattr(make, kind)().pk)
        db.update(table, {column: different}, id=other.pk)
        with db.refused():
            db.update(table, {column: again}, id=other.pk)


@check("domain.db-unique-case")
def test_no_address_twice(make, db):
    """The database accepts any number of users without an address."""
    for user in (make.user(), make.user()):
        db.update("accounts_user", {"email": ""}, id=user.pk)
    assert len(db.rows("accounts_user", "id", email="")) == 2


@check("domain.indexes")
@pytest.mark.parametrize(
    ("table", "columns"), [("posts_post", ("status", "published_at")), ("comments_comment", ("post_id", "status"))]
)
def test_leading_columns(db, table, columns):
    """An index over all posts leads with `status, published_at`, one over all comments with `post_id, status`."""
    leading = [tuple(index.columns[:2]) for index in db.indexes(table) if not index.condition]
    named = ", ".join(columns)
    expect_that(
        columns in leading,
        expected=f"an index over all rows of {table} that begins with `{named}`",
        observed=f"those over all rows begin with {leading}",
    )
