"""Task 9, migrations that lose nothing: each on SQLite and on PostgreSQL."""

from grader.checkpoint import check, expect_that

OLD_COLUMNS = ["author_id", "body", "id", "is_published", "title"]
KEPT = ("id", "title", "body", "author_id")


def posts(migrations, *columns):
    """The rows of posts, by id."""
    rows = {row["id"]: row for row in migrations.db.rows("posts_post", "id", *columns)}
    return {number: tuple(rows[number][column] for column in columns) for number in sorted(rows)}


def migrated(migrations, *columns):
    """Migrates, and gives these columns of every row."""
    migrations.migrate()
    there = [column.name for column in migrations.db.columns("posts_post")]
    for column in columns:
        expect_that(column in there, expected=f"a column {column} of posts", observed="there is none")
    return posts(migrations, *columns)


@check("domain.migrations-complete", seconds=60)
def test_from_nothing(migrations):
    """From nothing: `posts.0001_initial` is what it was, then `migrate` applies all; a second one changes nothing."""
    migrations.migrate("posts", "0001")
    assert sorted(column.name for column in migrations.db.columns("posts_post")) == OLD_COLUMNS
    migrations.migrate()
    assert list(migrations.unapplied()) == []
    applied, tables = sorted(migrations.applied()), sorted(migrations.db.tables())
    migrations.migrate()
    assert (sorted(migrations.applied()), sorted(migrations.db.tables())) == (applied, tables)


@check("domain.migrations-forwards", seconds=60)
def test_old_rows(migrations, old, rng):
    """Published rows become published with a date, others drafts; texts stay, every row gets a slug by the rules.

    Equal titles are numbered, no slug is empty; a second `migrate` changes nothing.
    """
    word = rng.word()
    alike = [old(title=word.title(), is_published=True), old(title=word.title()), old(title=word.title())]
    odd = [old(title=title, is_published=True) for title in ("!!!", "日本語", "   ")]
    published = [alike[0], *odd, old(title="It's 100%", is_published=True)]
    drafts = [*alike[1:], old(), old(body=""), old(is_published=True, body="")]
    before = posts(migrations, *KEPT)
    found = migrated(migrations, "status", "published_at", "slug", "updated_at")
    dated = {number: (status, date is not None) for number, (status, date, *_) in found.items()}
    assert dated == dict.fromkeys(published, ("published", True)) | dict.fromkeys(drafts, ("draft", False))
    assert posts(migrations, *KEPT) == before
    slugs = {number: slug for number, (_, _, slug, _) in found.items()}
    assert sorted(slugs[number] for number in alike) == [word, f"{word}-2", f"{word}-3"]
    assert "" not in slugs.values()
    assert len(set(slugs.values())) == len(slugs)
    assert migrated(migrations, "status", "published_at", "slug", "updated_at") == found


@check("domain.migrations-backwards", seconds=60)
def test_rows_there_and_back_and_there(migrations, old, rng):
    """`migrate posts 0001` keeps every row, with `is_published` for published posts only; they go forwards again."""
    texts = {"title": rng.title(), "body": rng.sentence()}
    published, draft, archived = old(is_published=True, **texts), old(), old(is_published=True)
    before = migrated(migrations, "status") and posts(migrations, *KEPT)
    migrations.db.update("posts_post", {"status": "archived"}, id=archived)
    migrations.migrate("posts", "0001")
    flags = {number: bool(flag) for number, (flag,) in posts(migrations, "is_published").items()}
    assert flags == {published: True, draft: False, archived: False}
    assert posts(migrations, *KEPT) == before
    assert migrated(migrations, "status") == {published: ("published",), draft: ("draft",), archived: ("draft",)}


@check("domain.migrations-backwards", seconds=60)
def test_each_app_goes_back(migrations):
    """`migrate comments zero`, then `posts zero` and `accounts 0001` each take more back; all goes forwards again."""
    migrations.migrate()
    applied = left = sorted(migrations.applied())
    for app_label, target in (("comments", "zero"), ("posts", "zero"), ("accounts", "0001")):
        migrations.migrate(app_label, target)
        before, left = left, sorted(migrations.applied())
        assert set(left) < set(before)
    migrations.migrate()
    assert sorted(migrations.applied()) == applied
