"""Task 7, queryset verbs: the plain cases."""

from grader.checkpoint import check


@check("domain.queryset-verbs")
def test_published_and_drafts(make, models):
    """`published()` gives published posts, `drafts()` drafts."""
    draft, published = make.post(), make.published()
    assert [post.pk for post in models("post").objects.published()] == [published.pk]
    assert [post.pk for post in models("post").objects.drafts()] == [draft.pk]


@check("domain.visible-to")
def test_what_nobody_sees(app, make, models):
    """An anonymous user sees published posts and no drafts."""
    make.post()
    published = make.published()
    assert [post.pk for post in models("post").objects.visible_to(app.anonymous())] == [published.pk]


@check("domain.feed")
def test_the_feed(make, models):
    """The feed has the published posts and the number of their approved comments."""
    make.post()
    post = make.published()
    make.comment(post=post, status="approved")
    make.comment(post=post)
    counts = [(f"post {entry.pk}", entry.approved_comment_count) for entry in models("post").objects.feed()]
    assert counts == [(f"post {post.pk}", 1)]


@check("domain.feed-queries")
def test_the_queries_of_the_feed(make, models, queries):
    """Reading author, category and tags of three posts of the feed takes at most 3 queries."""
    for _ in range(3):
        make.published(category=make.category(), tags=[make.tag()])
    with queries() as seen:
        for post in models("post").objects.feed():
            post.author.username, post.category.name, [tag.name for tag in post.tags.all()]
    assert seen.count <= 3


@check("domain.post-counts")
def test_posts_of_a_category(make, models):
    """A category has the number of its published posts; one without any has 0."""
    busy, idle = make.category(), make.category()
    make.published(category=busy)
    counts = {category.pk: category.post_count for category in models("category").objects.with_post_counts()}
    assert counts == {busy.pk: 1, idle.pk: 0}
