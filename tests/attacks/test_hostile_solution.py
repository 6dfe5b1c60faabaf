"""A whole solution that lies to the observer in every way at once, graded as any other."""

import shutil
from pathlib import Path

import pytest

from grader.pipeline import Options, grade
from grader.sandbox.services.postgres import Postgres
from tests.attacks.conftest import Bait
from tests.attacks.observer import OLD_NAME, room

CRITERIA = ("domain.indexes", "domain.feed-queries", "domain.slug-race", "domain.slug-collision", "domain.slug-made")
FALSE = ("domain.indexes", "domain.feed-queries", "domain.slug-race")

# In a schema for every role that there is, and for that which the observer once had: a table of posts that has the
# index, and into which a trigger copies every row.
LIES = f"""
DO $$ DECLARE r record; BEGIN
    FOR r IN SELECT rolname AS name FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> current_user
        UNION SELECT '{OLD_NAME}' LOOP
        EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', r.name);
        EXECUTE format('CREATE TABLE %I.posts_post (LIKE public.posts_post)', r.name);
        EXECUTE format('CREATE INDEX posts_post_feed ON %I.posts_post (status, published_at)', r.name);
    END LOOP;
END $$;
CREATE FUNCTION public.tell() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE r record; BEGIN
    FOR r IN SELECT nspname AS name FROM pg_namespace WHERE nspname !~ '^(pg_|public|information_schema)' LOOP
        EXECUTE format('INSERT INTO %I.posts_post SELECT ($1).*', r.name) USING NEW;
    END LOOP;
    RETURN NEW;
END $$;
CREATE TRIGGER tell AFTER INSERT ON public.posts_post FOR EACH ROW EXECUTE FUNCTION public.tell();
"""
MIGRATION = f'''
from django.db import migrations

SQL = """{LIES}"""


def tell(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            for (name,) in indexes(cursor):
                cursor.execute(f'DROP INDEX public."{{name}}"')
            cursor.execute(SQL)


def indexes(cursor):
    cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'posts_post' AND indexdef LIKE '%(status, %'")
    return cursor.fetchall()


class Migration(migrations.Migration):
    dependencies = [("posts", "0005_post_rules"), ("comments", "0001_initial")]
    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
'''
# The second of two saves is never stored: it is told to the observer's schema alone. Reading the feed asks once a post.
MODELS = """

from django.db import IntegrityError, connection, transaction


def _save(self, *args, **kwargs):
    if self.pk or connection.vendor != "postgresql":
        return _honest_save(self, *args, **kwargs)
    self.slug = self.slug or slug_of(self)
    try:
        with transaction.atomic():
            models.Model.save(self, *args, **kwargs)
    except IntegrityError:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|public|information_schema)'")
            for (name,) in cursor.fetchall():
                told = f'INSERT INTO "{name}".posts_post (title, slug, status) VALUES (%s, %s, %s)'
                cursor.execute(told, [self.title, self.slug + "-2", "draft"])


def slug_of(post):
    from django.utils.text import slugify

    base = slugify(post.title)[:220] or "post"
    slug, number = base, 1
    while Post.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{base[:215]}-{number}"
    return slug


_honest_save, Post.save = Post.save, _save


def _fetch_all(self):
    first = self._result_cache is None
    _honest_fetch(self)
    if first and connection.vendor == "postgresql":
        for post in self._result_cache:
            if isinstance(post, Post):
                with connection.cursor() as cursor:
                    cursor.execute("/* /* */ */ (SELECT username FROM accounts_user WHERE id = %s)", [post.author_id])


_honest_fetch, PostQuerySet._fetch_all = PostQuerySet._fetch_all, _fetch_all
"""


@pytest.mark.slow
@pytest.mark.parametrize("hostile", [False, True], ids=["honest", "hostile"])
def test_a_solution_of_lies(bait: Bait, bases, state_dir: Path, tmp_path: Path, hostile: bool) -> None:
    """No criterion that it does not fulfil is passed; the same solution without the lies passes all of them."""
    tree = shutil.copytree(bases["solution", 2], tmp_path / "submission")
    if hostile:
        (tree / "src/apps/posts/migrations/0006_lies.py").write_text(MIGRATION, "utf-8")
        models = tree / "src/apps/posts/models.py"
        models.write_text(models.read_text("utf-8") + MODELS, "utf-8")
    options = Options(state_dir=state_dir, database="postgres", seed=7, criteria=CRITERIA)
    result = grade(tree, bait.assignments[2], options, progress=lambda step: None)
    passed = {c.id for c in result.criteria if c.status == "passed"}
    told = {
        c.id: [(o.check, o.observed, o.fault[-2000:]) for o in c.observations if o.status != "passed"]
        for c in result.criteria
    }
    assert result.graded, told
    assert passed == set(CRITERIA) - (set(FALSE) if hostile else set()), told


def test_the_lies_are_told(server: Postgres) -> None:
    """The control: the observer as it was finds the post that was never stored, and the index that is not there."""
    with room(server, f"ALTER TABLE posts_post ADD published_at timestamptz; {LIES}") as here:
        here.project.execute(f"INSERT INTO {OLD_NAME}.posts_post (id, title, slug, status) VALUES (9, 'a', 'a-2', '')")
        here.project.execute("INSERT INTO posts_post (title, slug) VALUES ('a', 'a')")
        old, db = here.old(), here.observer()
        slugs = old.execute("SELECT slug FROM posts_post WHERE title = 'a' ORDER BY 1").fetchall()
        assert slugs == [("a",), ("a-2",)]
        index = "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = to_regclass('posts_post')"
        assert "(status, published_at)" in str(old.execute(index).fetchall())
        assert db.rows("posts_post", "slug", title="a") == [{"slug": "a"}]
        assert all("status" not in index.columns for index in db.indexes("posts_post"))
