"""Task 7, queryset verbs: the feed and the counts, and what they cost."""

from datetime import UTC, datetime, timedelta

from grader.checkpoint import check

JUST = timedelta(milliseconds=5)  # ago: later than the project began, and past by now


@check("domain.feed")
def test_the_order_of_the_feed(make, models, archived, db, rng):
    """The feed has what is published, newest first, the higher id first among equals."""
    now = datetime.now(UTC).replace(microsecond=0)
    ages = [3, 1, 2, 1, 5, 3, 10**5]  # hours
    rng.shuffle(ages)
    posts = [(age, make.published(published_at=now - timedelta(hours=age)).pk) for age in ages]
    make.post(), archived(), make.published(published_at=now + timedelta(hours=1))
    away = make.user(is_active=False)
    posts.append((0, make.published(published_at=datetime.now(UTC) - JUST, author=away).pk))
    for _, pk in posts:  # when a row was made, or changed last, says nothing about its place
        moments = {name: now - timedelta(minutes=rng.randrange(1, 10**5)) for name in ("created_at", "updated_at")}
        db.update("posts_post", moments, id=pk)
    published = {post.pk for post in models("post").objects.published()}  # which they are has a criterion of its own
    expected = [pk for _, pk in sorted(posts, key=lambda post: (post[0], -post[1])) if pk in published]
    assert [post.pk for post in models("post").objects.feed() if post.pk in set(expected)] == expected
    assert {post.pk for post in models("post").objects.feed()} == published


@check("domain.feed")
def test_the_comments_of_the_feed(make, models, rng):
    """`approved_comment_count` counts each approved comment once, also on a post with several tags; it may be 0."""
    silent, waiting = make.published(), make.published()
    make.comment(post=waiting, status="pending"), make.comment(post=waiting, status="rejected")
    wanted = {silent.pk: 0, waiting.pk: 0}
    for approved in (0, rng.randrange(2, 5)):
        post = make.published(tags=[make.tag(), make.tag()], category=make.category())
        for status in ["approved"] * approved + ["pending", "rejected"]:
            make.comment(post=post, status=status)
        for author in (post.author, make.user(is_active=False), make.user(role="reader")):
            make.comment(post=post, author=author, status="approved")
        wanted[post.pk] = approved + 3
    assert {post.pk: post.approved_comment_count for post in models("post").objects.feed()} == wanted


@check("domain.feed")
def test_what_the_feed_leads_to(make, models):
    """Author, category and tags of a post in the feed are its own; a post may be without a category and tags."""
    tags = [make.tag(), make.tag()]
    full, bare = make.published(category=make.category(), tags=tags), make.published(category=None)
    feed = {post.pk: post for post in models("post").objects.feed()}
    assert feed[full.pk].category.name == full.category.name
    assert sorted(tag.name for tag in feed[full.pk].tags.all()) == sorted(tag.name for tag in tags)
    assert (feed[bare.pk].category, [tag.pk for tag in feed[bare.pk].tags.all()]) == (None, [])


@check("domain.feed")
def test_the_feed_in_a_chain(make, models, rng):
    """The feed combines with other verbs and slices."""
    author = make.user()
    posts = [make.published(author=author, title=rng.title()) for _ in range(3)]
    other = make.published()
    assert len(list(models("post").objects.by_author(author).feed()[:2])) == 2
    assert [post.pk for post in models("post").objects.filter(title=posts[0].title).feed()] == [posts[0].pk]
    assert [post.pk for post in models("post").objects.feed().by_author(other.author)] == [other.pk]


def read(feed):
    """Reads of every post of the feed all that the brief names."""
    for post in feed:
        assert post.author.username
        assert post.category.name
        assert len([tag.name for tag in post.tags.all()]) == 2
        assert post.approved_comment_count == 1


@check("domain.feed-queries")
def test_a_constant_number_of_queries(make, models, queries):
    """Reading twelve posts of the feed takes as many queries as reading two, and never more than 3."""
    counts = []
    for more in (2, 10):
        for _ in range(more):
            post = make.published(category=make.category(), tags=[make.tag(), make.tag()])
            make.comment(post=post, status="approved")
        with queries() as seen:
            read(models("post").objects.feed())
        counts.append(seen.count)
    assert counts[1] <= 3
    assert counts[1] == counts[0]


@check("domain.post-counts")
def test_counts_of_published_posts(make, models, archived, rng):
    """`post_count` counts what is published now, and categories without such posts stay with 0."""
    many = rng.randrange(2, 5)
    busy, drafts, empty = make.category(), make.category(), make.category()
    for _ in range(many):
        make.published(category=busy, tags=[make.tag(), make.tag()])
    make.published(category=busy, published_at=datetime.now(UTC) - JUST, author=make.user(is_active=False))
    make.published(category=busy, published_at=datetime(2001, 1, 1, tzinfo=UTC))
    make.post(category=busy), archived(category=busy), make.post(category=drafts)
    make.published(category=drafts, published_at=datetime.now(UTC) + timedelta(days=1))
    counts = {category.pk: category.post_count for category in models("category").objects.with_post_counts()}
    assert counts == {busy.pk: many + 2, drafts.pk: 0, empty.pk: 0}
    found = models("category").objects.with_post_counts().filter(pk__in=[busy.pk, empty.pk]).order_by("-post_count")
    assert [(category.pk, category.post_count) for category in found] == [(busy.pk, many + 2), (empty.pk, 0)]


@check("domain.post-counts")
def test_counts_in_one_query(make, models, queries):
    """`with_post_counts()` takes one query, however many categories there are."""
    for _ in range(4):
        make.published(category=make.category())
    with queries() as seen:
        counts = [category.post_count for category in models("category").objects.with_post_counts()]
    assert counts == [1, 1, 1, 1]
    assert seen.count == 1
