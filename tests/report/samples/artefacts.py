"""What samples show beside their criteria: a schema, a difference and a table."""

import json

from grader.domain.evidence import Artefact


def _column(name: str, type: str, **more: object) -> dict[str, object]:
    return {"name": name, "type": type, **more}


SCHEMA = {
    "tables": [
        {
            "name": "accounts_user",
            "label": "accounts.User",
            "columns": [
                _column("id", "bigint", pk=True),
                _column("username", "varchar(150)", unique=True),
                _column("email", "varchar(254)"),
                _column("role", "varchar(20)"),
                _column("created_at", "timestamptz"),
            ],
        },
        {
            "name": "posts_category",
            "label": "posts.Category",
            "columns": [
                _column("id", "bigint", pk=True),
                _column("name", "varchar(100)"),
                _column("slug", "varchar(120)", unique=True),
                _column("parent_id", "bigint", null=True),
            ],
        },
        {
            "name": "posts_tag",
            "label": "posts.Tag",
            "columns": [
                _column("id", "bigint", pk=True),
                _column("name", "varchar(50)"),
                _column("slug", "varchar(60)", unique=True),
            ],
        },
        {
            "name": "posts_post",
            "label": "posts.Post",
            "columns": [
                _column("id", "bigint", pk=True),
                _column("title", "varchar(200)"),
                _column("slug", "varchar(220)", unique=True),
                _column("body", "text"),
                _column("status", "varchar(10)"),
                _column("author_id", "bigint"),
                _column("category_id", "bigint", null=True),
                _column("published_at", "timestamptz", null=True),
            ],
        },
        {
            "name": "posts_post_tags",
            "columns": [_column("id", "bigint", pk=True), _column("post_id", "bigint"), _column("tag_id", "bigint")],
        },
        {
            "name": "comments_comment",
            "label": "comments.Comment",
            "columns": [
                _column("id", "bigint", pk=True),
                _column("post_id", "bigint"),
                _column("author_id", "bigint"),
                _column("body", "text"),
                _column("status", "varchar(10)"),
            ],
        },
        {
            "name": "accounts_profile",
            "label": "accounts.Profile",
            "columns": [_column("user_id", "bigint", pk=True), _column("bio", "text")],
        },
        {
            "name": "audit_entry",
            "label": "audit.Entry",
            "columns": [_column("id", "bigint", pk=True), _column("text", "text")],
        },
    ],
    "links": [
        {"table": "posts_post", "column": "author_id", "to": "accounts_user", "on_delete": "PROTECT"},
        {"table": "posts_post", "column": "category_id", "to": "posts_category", "null": True, "on_delete": "SET_NULL"},
        {"table": "posts_category", "column": "parent_id", "to": "posts_category", "null": True},
        {"table": "posts_post_tags", "column": "post_id", "to": "posts_post"},
        {"table": "posts_post_tags", "column": "tag_id", "to": "posts_tag"},
        {"table": "comments_comment", "column": "post_id", "to": "posts_post", "on_delete": "CASCADE"},
        {"table": "comments_comment", "column": "author_id", "to": "accounts_user", "on_delete": "PROTECT"},
        {"table": "accounts_profile", "column": "user_id", "to": "accounts_user", "kind": "one-to-one"},
    ],
}
DIFF = """\
--- a/src/apps/posts/migrations/0001_initial.py
+++ b/src/apps/posts/migrations/0002_domain.py
@@ -8,9 +8,14 @@ class Migration(migrations.Migration):
     operations = [
-        migrations.AddField("post", "is_published", models.BooleanField(default=False)),
+        migrations.AddField("post", "status", models.CharField(max_length=10, default="draft")),
+        migrations.AddField("post", "published_at", models.DateTimeField(null=True)),
+        migrations.RunPython(publish, unpublish),

         migrations.RemoveField("post", "is_published"),
     ]
"""
ARTEFACTS = (
    Artefact(
        "schema", "The schema as your migrations leave it", "er-diagram", json.dumps(SCHEMA), "domain.schema-review"
    ),
    Artefact("migrations", "Your migrations against the starter's", "diff", DIFF, "domain.schema-review"),
    Artefact(
        "indexes",
        "Indexes",
        "table",
        json.dumps(
            [
                {"table": "posts_post", "columns": "status, published_at", "unique": False},
                {"table": "posts_tag", "columns": "slug", "unique": True},
            ]
        ),
        "domain.schema-review",
    ),
)
