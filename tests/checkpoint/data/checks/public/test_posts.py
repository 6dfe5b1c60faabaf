from grader.checkpoint import check, refuses


@check("posts.slug")
def test_slug(make):
    """Two posts may share a title; each keeps its own address."""
    title = make.rng.title()
    assert make.post(title=title).slug != make.post(title=title).slug


@check("posts.body")
def test_body(make):
    """A published post without a body is refused, on that field; with one it is accepted."""
    make.post.build(status="published").full_clean()
    with refuses("body", code="required"):
        make.post.build(status="published", body=" ").full_clean()
