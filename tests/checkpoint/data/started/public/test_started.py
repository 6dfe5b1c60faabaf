from grader.checkpoint import check


@check("started.file")
def test_file(files):
    """There is a manage.py."""
    assert files.exists("manage.py")


@check("started.load")
def test_load(load):
    """The settings of production load."""
    assert load("config.settings.production", env={"SECRET_KEY": "x" * 50}).DEBUG is False


@check("started.model")
def test_model(app):
    """There are posts."""
    assert app.model("posts.Post").objects.count() == 0


@check("started.table", database="postgres")
def test_table(app, db):
    """There is a table of posts."""
    assert "posts_post" in db.tables()
