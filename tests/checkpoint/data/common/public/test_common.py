"""What learners get wrong most often, on a project that has all of it wrong: each check fails in words of its own."""

import pytest

from grader.checkpoint import Factory, Recipe, check, expect, expect_rows, raises, refuses


@pytest.fixture
def make(app, rng):
    return Factory(
        app,
        rng,
        post=Recipe("posts.Post", title=lambda make: make.rng.title(), body="A body."),
        tag=Recipe("posts.Tag", name=lambda make: make.rng.word()),
    )


@check("common.a-model-is-missing")
def test_category(app):
    """A category has a name."""
    app.model("posts.Category")(name="Travel")


@check("common.b-field-is-missing")
def test_field(app):
    """A post may have a summary."""
    app.model("posts.Post")(title="Hello", summary="Short")


@check("common.c-queryset-lacks-a-verb")
def test_verb(app):
    """`Post.objects.drafts()` gives the drafts."""
    assert app.model("posts.Post").objects.drafts().count() == 0


@check("common.d-function-is-missing")
def test_service(app, make):
    """A post can be archived."""
    app.call("posts.services:archive", post=make.post())


@check("common.e-nothing-is-refused")
def test_refused(make):
    """A post whose title is one space is refused on `title`."""
    with refuses("title"):
        make.post.build(title=" x ").full_clean()


@check("common.f-what-is-right-is-refused")
def test_accepted(make):
    """A post without a body is accepted as long as it is published later."""
    make.post.build(status="published", body="").full_clean()


@check("common.g-the-database-refuses")
def test_unique(make):
    """Two tags may have one name."""
    make.tag(name="python")
    make.tag(name="python")


@check("common.h-an-exception")
def test_exception(make):
    """A long post can be shortened."""
    make.post().explode()


@check("common.i-nothing-is-raised")
def test_permission(app, make):
    """Nobody may look at a draft of somebody else."""
    with raises("PermissionDenied"):
        make.post().is_long()


@check("common.j-another-value")
def test_value(make):
    """A new post is published."""
    assert make.post().status == "published"


@check("common.k-rows-are-missing")
def test_rows(app, make):
    """`published()` gives every post that is published."""
    expect_rows(app.model("posts.Post").objects.published(), [make.post(title="Hello")], of="published()", by=("title",))


@check("common.l-deep-inside")
def test_deep(client, make):
    """The list has every post with its title."""
    make.post(title="Hello")
    expect(client.get("/posts/").json(), equal_to={"titles": ["Goodbye"]})


@check("common.m-a-key-is-missing")
def test_key(client):
    """The list says how many posts there are."""
    assert client.get("/posts/").json()["count"] == 0


@check("common.n-another-status")
def test_status(client):
    """The page of a view that breaks is none that a visitor sees."""
    assert client.get("/broken/").status_code == 200


@check("common.o-a-command-fails")
def test_command(manage):
    """`manage.py make_sample_data` fills the database."""
    assert manage("make_sample_data").code == 0


@check("common.p-a-file-is-missing")
def test_file(files):
    """There is a Dockerfile that begins with an image."""
    assert files.lines("Dockerfile")[0].startswith("FROM ")
