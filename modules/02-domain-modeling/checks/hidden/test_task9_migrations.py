"""Task 9, migrations that lose nothing: each on SQLite and on PostgreSQL."""

import pytest

from grader.checkpoint import check

OLD_COLUMNS = ["author_id", "body", "id", "is_published", "title"]
KEPT = ("id", "title", "body", "author_id")


def posts(migrations, *columns):
    """The rows of posts, by id."""
    rows = {row["id"]: row for row in migrations.db.rows("posts_post", "id", *columns)}
    return {number: tuple(rows[number][column] for column in columns) for number in sorted(rows)}


@check("domain.migrations-complete", seconds=60)
def test_from_nothing(migrations):
    """`migrate` runs from an empty database and leaves nothing unapplied; a second one changes nothing."""
    migrations.migrate()
    assert list(migrations.unapplied()) == []
    applied, tables = sorted(migrations.applied()), sorted(migrations.db.tables())
    migrations.migrate()
    assert (sorted(migrations.applied()), sorted(migrations.db.tables())) == (applied, tables)


@check("domain.migrations-complete", seconds=60)
def test_the_first_migration_is_as_it_was(migrations):
    """`posts.0001_initial` still makes the table of which old rows are part."""
    migrations.migrate("posts", "0001")
    assert sorted(column.name for column in migrations.db.columns("posts_post")) == OLD_COLUMNS


@check("domain.migrations-forwards", seconds=60)
def test_status_and_date(migrations, old):
    """Published rows become published with a date; drafts, and published rows without a body, become drafts."""
    published, draft, empty = old(is_published=True), old(), old(is_published=True, body="")
    migrations.migrate()
    seen = {
        number: (status, date is not None)
        for number, (status, date) in posts(migrations, "status", "published_at").items()
    }
    assert seen == {published: ("published", True), draft: ("draft", False), empty: ("draft", False)}


@check("domain.migrations-forwards", seconds=60)
def test_what_people_wrote(migrations, old, rng):
    """Title, body and author of every row stay what they were."""
    for number in range(rng.randrange(5, 12)):
        old(
            title=rng.choice([rng.title(), "日本語", "   ", "It's 100%"]),
            body=rng.choice([rng.sentence(), ""]),
            is_published=number % 2 == 0,
        )
    before = posts(migrations, *KEPT)
    migrations.migrate()
    assert posts(migrations, *KEPT) == before


@check("domain.migrations-forwards", seconds=60)
def test_slugs_of_old_rows(migrations, old, rng):
    """Every old row gets a slug by the rules: numbered for equal titles, not empty for any."""
    word = rng.word()
    for _ in range(3):
        old(title=word.title())
    odd = [old(title=title) for title in ("!!!", "日本語", "   ")]
    migrations.migrate()
    slugs = {number: slug for number, (slug,) in posts(migrations, "slug").items()}
    assert sorted(slug for number, slug in slugs.items() if number not in odd) == [word, f"{word}-2", f"{word}-3"]
    assert "" not in slugs.values()
    assert len(set(slugs.values())) == 6


@check("domain.migrations-forwards", seconds=60)
def test_a_second_migrate(migrations, old):
    """A second `migrate` leaves every row as it is."""
    old(is_published=True), old()
    migrations.migrate()
    columns = ("id", "title", "slug", "status", "published_at", "updated_at")
    before = posts(migrations, *columns)
    migrations.migrate()
    assert posts(migrations, *columns) == before


@check("domain.migrations-backwards", seconds=60)
def test_rows_on_the_way_back(migrations, old, rng):
    """`migrate posts 0001` keeps every row, and `is_published` is true for published posts only."""
    texts = {"title": rng.title(), "body": rng.sentence()}
    published, draft, archived = old(is_published=True, **texts), old(), old(is_published=True)
    migrations.migrate()
    migrations.db.update("posts_post", {"status": "archived"}, id=archived)
    before = posts(migrations, *KEPT)
    migrations.migrate("posts", "0001")
    flags = {number: bool(flag) for number, (flag,) in posts(migrations, "is_published").items()}
    assert flags == {published: True, draft: False, archived: False}
    assert posts(migrations, *KEPT) == before


@check("domain.migrations-backwards", seconds=60)
@pytest.mark.parametrize(("app_label", "target"), [("comments", "zero"), ("posts", "zero"), ("accounts", "0001")])
def test_each_app_goes_back(migrations, app_label, target):
    """`migrate comments zero`, `migrate posts zero` and `migrate accounts 0001` work, and forwards again."""
    migrations.migrate()
    applied = sorted(migrations.applied())
    migrations.migrate(app_label, target)
    assert sorted(migrations.applied()) != applied
    migrations.migrate()
    assert sorted(migrations.applied()) == applied


@check("domain.migrations-backwards", seconds=60)
def test_there_back_and_there(migrations, old):
    """Rows that went back go forwards again."""
    published, draft = old(is_published=True), old()
    migrations.migrate()
    migrations.migrate("posts", "0001")
    migrations.migrate()
    assert posts(migrations, "status") == {published: ("published",), draft: ("draft",)}
