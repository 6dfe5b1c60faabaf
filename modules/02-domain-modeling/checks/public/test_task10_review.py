"""Task 10, schema review: what a person looks at. It asserts nothing: the criterion is manual."""

import pytest

from grader.checkpoint import check, er_diagram, schema_diff, schema_text

APPS = ("accounts_", "posts_", "comments_")


@check("domain.schema-review", database="postgres", seconds=60)
@pytest.mark.parametrize("migrations", ["postgres"], indirect=True)
def test_what_to_look_at(migrations, artefact):
    """An ER diagram of your tables, and what your migrations changed in them."""
    migrations.migrate()
    artefact("er-diagram", "The tables of accounts, posts and comments", "er-diagram", er_diagram(migrations.db, *APPS))
    after = schema_text(migrations.db, *APPS)
    migrations.restart()
    migrations.migrate("posts", "0001")
    before = schema_text(migrations.db, *APPS)
    artefact("migration-diff", "What your migrations change", "diff", schema_diff(before, after))
