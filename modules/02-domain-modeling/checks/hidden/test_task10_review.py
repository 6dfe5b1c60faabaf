"""Task 10, schema review: what a person looks at. It asserts nothing: the criterion is manual."""

from grader.checkpoint import check, er_diagram, schema_diff, schema_text

APPS = ("accounts_", "posts_", "comments_")


@check("domain.schema-review", database="postgres", seconds=60)
def test_what_to_look_at(app, db, manage, artefact):
    """An ER diagram of your tables, and what your migrations changed in them."""
    artefact("er-diagram", "The tables of accounts, posts and comments", "er-diagram", er_diagram(db, *APPS))
    after = schema_text(db, *APPS)
    for app_label, target in (("comments", "zero"), ("posts", "0001"), ("accounts", "0001")):
        manage("migrate", app_label, target, "--no-input", "-v0")
    artefact("migration-diff", "What your migrations change", "diff", schema_diff(schema_text(db, *APPS), after))
