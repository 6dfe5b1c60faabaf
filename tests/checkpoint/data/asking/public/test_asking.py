from grader.checkpoint import check


@check("asking.file")
def test_file(files):
    """There is a manage.py."""
    assert files.exists("manage.py")


@check("asking.settings")
def test_settings(load):
    """The settings of testing load."""
    assert load("config.settings.testing").DEBUG is False


@check("asking.model")
def test_model(app):
    """There are posts."""
    assert app.model("posts.Post").objects.count() == 0


@check("asking.client")
def test_client(client):
    """The list of posts answers."""
    assert client.get("/posts/").status_code == 200


@check("asking.server")
def test_server(serve):
    """The server answers."""
    serve().ready_within(30, "/healthz")
