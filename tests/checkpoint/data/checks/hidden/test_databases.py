import pytest
import pytest

from grader.checkpoint import Refused, check, er_diagram, later, schema_diff, schema_text


@check("db.rows")
def test_rows(db, make):
    """What the project writes is in the database."""
    tag = make.tag(name="red")
    post = make.post(title="Hello", status="published", tags=[tag])
    assert db.rows("posts_post", "slug", "status") == [{"slug": "hello", "status": "published"}]
    assert db.one("posts_post", "title", id=post.pk) == {"title": "Hello"}
    assert db.count("posts_post_tags") == 1
    db.update("posts_tag", {"name": "blue"}, id=tag.pk)
    tag.refresh_from_db()
    assert tag.name == "blue"


@check("db.refuses")
def test_refuses(app, db, make):
    """The database itself refuses."""
    db.insert("posts_tag", name="red")
    with db.refused("unique"):
        db.insert("posts_tag", name="red")
    with db.refused("check", constraint="posts_status"):
        app.model("posts.Post").objects.bulk_create([make.post.build(status="other", slug="a")])
    make.post()
    with db.refused("check"):
        db.update("posts_post", {"status": "other"})
    with pytest.raises(Refused):
        db.update("posts_post", {"title": None})


@check("db.catalogue")
def test_catalogue(db):
    """The catalogue can be read."""
    assert "posts_post" in db.tables()
    assert [c.name for c in db.columns("posts_tag")] == ["id", "name"]
    assert "posts_status" in [c.name for c in db.constraints("posts_post") if c.kind == "check"]
    feed = next(i for i in db.indexes("posts_post") if i.name == "posts_feed")
    assert feed.columns == ("status", "created_at")
    foreign = [c for c in db.constraints("posts_post") if c.kind == "foreign-key"]
    assert [(c.columns, c.target) for c in foreign] == [(("author_id",), "auth_user")]


@check("db.queries")
def test_queries(app, make, queries):
    """Queries are counted."""
    make.post()
    Post = app.model("posts.Post")
    with queries() as q:
        list(Post.objects.all())
        Post.objects.count()
    assert q.count == 2
    assert "count" in q.statements[1].lower()


@check("fails.table")
def test_table(db):
    """There are categories."""
    db.rows("posts_category", "id")


@check("fails.query")
def test_query(db):
    """There is an address."""
    db.insert("posts_tag", address="a")


@check("db.race", database="postgres")
def test_race(app, make, db):
    """Two saves of one title at once both succeed."""
    posts = [make.post.build(title="Same") for _ in range(2)]
    outcomes = app.race([later(post.save) for post in posts], atomic=True)
    assert [o.raised for o in outcomes] == [None, None]
    assert sorted(row["slug"] for row in db.rows("posts_post", "slug")) == ["same", "same-2"]


@check("migrations.forwards")
def test_forwards(migrations):
    """The migrations run from zero, backwards, and again."""
    assert "posts.0001_initial" in migrations.unapplied()
    migrations.migrate()
    assert migrations.unapplied() == []
    assert "posts.0001_initial" in migrations.applied()
    migrations.db.insert("posts_tag", name="red")
    assert list(migrations.model("posts.Tag").objects.values_list("name", flat=True)) == ["red"]
    migrations.migrate("posts", "zero")
    assert "posts_tag" not in migrations.db.tables()
    migrations.migrate("posts")


BUILT = []


def a_tag(migrations, rng):
    migrations.migrate("posts")
    word = rng.word()
    migrations.db.insert("posts_tag", name=word)
    BUILT.append(migrations.kind)
    return word


def two_tags(migrations, rng):
    first, second = migrations.once("a tag", a_tag), rng.word()
    migrations.model("posts.Tag").objects.create(name=second)
    return [first, second]


def tags(migrations):
    return sorted(row["name"] for row in migrations.db.rows("posts_tag", "name"))


@check("migrations.once")
def test_once(migrations):
    """The database is as it was built, by as many steps as it takes, and this check's own."""
    built = migrations.once("two tags", two_tags)
    assert tags(migrations) == sorted(built)
    assert sorted(migrations.model("posts.Tag").objects.values_list("name", flat=True)) == sorted(built)
    migrations.db.insert("posts_tag", name="more")
    migrations.migrate("posts", "zero")


@check("migrations.once-again")
def test_once_again(migrations):
    """Another check begins there too, and nothing is built again."""
    migrations.migrate()
    assert tags(migrations) == []
    built = migrations.once("two tags", two_tags)
    assert tags(migrations) == sorted(built)
    assert migrations.once("a tag", a_tag) == built[0]
    assert tags(migrations) == [built[0]]
    assert BUILT.count(migrations.kind) == 1
    migrations.restart()
    assert "posts_tag" not in migrations.db.tables()


@check("fails.absent")
@pytest.mark.parametrize("migrations", ["sqlite"], indirect=True)
def test_absent(migrations):
    """A post has a colour."""
    migrations.migrate()
    migrations.db.update("posts_post", {"colour": "red"}, id=1)


@check("schema.review")
def test_schema(migrations, artefact):
    """A person looks at the schema."""
    before = schema_text(migrations.db, "posts_")
    migrations.migrate()
    assert before == []
    artefact(f"er-{migrations.kind}", "The tables", "er-diagram", er_diagram(migrations.db, "posts_", "auth_user"))
    artefact(f"diff-{migrations.kind}", "The change", "diff", schema_diff(before, schema_text(migrations.db, "posts_")))


@check("down.redis", down="redis")
def test_redis(client):
    """Without Redis the cache says so."""
    response = client.get("/cached")
    assert response.status_code == 503
    assert response.json() == {"cache": "unavailable"}


@check("up.redis")
def test_redis_up(client):
    """With its cache all is well."""
    assert client.get("/cached").status_code == 200


@check("down.postgres", down="postgres")
def test_postgres(client):
    """Without a database the probe fails, and it comes back with it."""
    assert client.get("/healthz").status_code == 500


@check("up.postgres", database="postgres")
def test_postgres_up(client, services):
    """The probe recovers."""
    assert client.get("/healthz").status_code == 200
    services.postgres.down()
    assert client.get("/healthz").status_code == 500
    services.postgres.up()
    assert client.get("/healthz").status_code == 200
