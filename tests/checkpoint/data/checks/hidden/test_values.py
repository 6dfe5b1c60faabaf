from datetime import UTC, datetime

from grader.checkpoint import check, expect, fail, matrix, raises, refuses


@check("values.pass")
def test_queries_and_rows(app, make):
    """Rows come back as plain values."""
    Post = app.model("posts.Post")
    one, two = make.post(status="published"), make.post()
    assert Post.objects.published().count() == 1
    assert list(Post.objects.order_by("pk").values_list("slug", flat=True)) == [one.slug, two.slug]
    assert one in Post.objects.published()
    assert two not in Post.objects.published()
    assert Post.objects.get(pk=one.pk) == one
    assert Post.objects.all()[0:1][0] == one
    assert one.is_long() is False
    assert isinstance(one.created_at, datetime)
    assert one.created_at <= datetime.now(UTC)
    assert one.status == "published"


@check("values.pass")
def test_many(make):
    """Tags are kept."""
    tag = make.tag()
    assert list(make.post(tags=[tag]).tags.all()) == [tag]


@check("values.pass")
def test_client(client, make):
    """The test client knows who is logged in."""
    user = make.user()
    assert client.get("/whoami/").text == "anonymous"
    client.login(user)
    assert client.get("/whoami/").text == user.username
    make.post(title="Here")
    assert client.get("/posts/").json() == {"titles": ["Here"]}


@check("values.pass")
def test_isolated(app):
    """Nothing of another check is left."""
    assert app.model("posts.Post").objects.count() == 0
    assert app.call("posts.services:publish", post=app.model("posts.Post")(), by=None) if False else True


@check("values.pass")
def test_denied(app, make):
    """Nobody publishes for another."""
    with raises("PermissionDenied"):
        app.call("posts.services:publish", post=make.post(author=make.user()), by=make.user())


@matrix(
    "values.matrix",
    """
            short   long
    asked   no      yes
    """,
)
def test_long(cell, make):
    """A {column} body is long: {value}."""
    body = {"short": "a", "long": "a" * 20}[cell.column]
    assert make.post(body=body).is_long() is (cell.value == "yes")


@check("fails.equal")
def test_equal(make):
    """The title is another one."""
    assert make.post(title="Hello").title == "Goodbye"


@check("fails.bare")
def test_bare(make):
    """A long post is long."""
    secret_hidden_line = make.post(body="short").is_long()
    assert secret_hidden_line


@check("fails.message")
def test_message(make):
    """A long post is long."""
    assert make.post(body="short").is_long(), "a short post was called long"


@check("fails.strict")
def test_strict(make):
    """The answer is one."""
    expect(make.post().is_long(), equal_to=0)


@check("fails.accepted")
def test_accepted(make):
    """A draft needs a body."""
    with refuses("body"):
        make.post.build(body="").full_clean()


@check("fails.other-field")
def test_other_field(make):
    """A published post needs a title first."""
    with refuses("title"):
        make.post.build(status="published", body="").full_clean()


@check("fails.raised")
def test_raised(make):
    """Exploding is no answer."""
    make.post().explode()


@check("fails.view")
def test_view(client):
    """The view answers."""
    assert client.get("/broken/").status_code == 200


@check("fails.missing")
def test_missing(app):
    """There is a category."""
    app.model("posts.Category")


@check("fails.shape")
def test_shape(client):
    """The listing counts."""
    assert client.get("/posts/").json()["count"] == 0


@check("fails.words")
def test_words():
    """Something is there."""
    fail(expected="a file", observed="nothing", where="src/a.py:3")


@check("errored.ours")
def test_ours():
    """We are wrong."""
    raise OSError("the machine")


@check("errored.kit")
def test_kit(make):
    """The author is wrong."""
    make.nothing()
