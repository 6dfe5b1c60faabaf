"""Task 9, migrations that lose nothing: the plain cases."""

import pytest

from grader.checkpoint import check


@check("domain.migrations-complete")
def test_no_migration_is_missing(manage):
    """`makemigrations --check` finds nothing to do."""
    assert manage.core("makemigrations", "--check", "--dry-run").code == 0


@check("domain.migrations-forwards")
def test_two_old_rows(migrations, old):
    """A published row and a draft from before are there after `migrate`, with their status and a slug."""
    published, draft = old(title="Hello", is_published=True), old(title="Not yet")
    migrations.migrate()
    assert "slug" in [column.name for column in migrations.db.columns("posts_post")]
    rows = {
        row["id"]: (row["title"], row["status"], row["slug"])
        for row in migrations.db.rows("posts_post", "id", "title", "status", "slug")
    }
    assert rows == {published: ("Hello", "published", "hello"), draft: ("Not yet", "draft", "not-yet")}


@check("domain.migrations-backwards")
@pytest.mark.parametrize("migrations", ["sqlite"], indirect=True)  # the hidden checks do it on both
def test_there_and_back(migrations, old):
    """After `migrate posts 0001` the same rows are there as before."""
    old(title="Hello", is_published=True), old(title="Not yet")
    before = migrations.db.rows("posts_post")
    assert [row["title"] for row in before] == ["Hello", "Not yet"]
    migrations.migrate()
    assert "is_published" not in [column.name for column in migrations.db.columns("posts_post")]
    migrations.migrate("posts", "0001")
    assert sorted(migrations.db.rows("posts_post"), key=lambda row: row["id"]) == before
