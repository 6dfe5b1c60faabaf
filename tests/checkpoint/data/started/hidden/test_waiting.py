from grader.checkpoint import check


@check("started.hidden")
def test_tags(app):
    """There are tags."""
    assert app.model("posts.Tag").objects.count() == 0
