"""Task 2: the permission tables, every cell."""

from datetime import UTC, datetime, timedelta

from grader.checkpoint import check

MODERATION = ("/approve/", "/reject/")


def is_edit(cell):
    """Whether the operation makes, changes or deletes a comment."""
    return cell.collection == "comments" and cell.method != "GET" and not cell.path.endswith(MODERATION)


@check("api.posts-read", seconds=120)
def test_posts_read(permissions):
    """Who reads which posts: every role, operation and state."""
    permissions(lambda cell: cell.collection == "posts" and cell.method == "GET")


@check("api.posts-read")
def test_posts_that_have_just_come_out(api, rows):
    """A post is out from its moment on, also one that came while the server runs; one of some minutes later is not."""
    now = datetime.now(UTC)
    just = rows.post(state="out", published_at=now)
    soon = rows.post(state="scheduled", published_at=now + timedelta(minutes=20))
    for who in (None, "reader", "contributor2"):
        api.get(f"/posts/{just.id}/", as_=who).expect(200)
        api.get(f"/posts/{soon.id}/", as_=who).expect(404)


@check("api.posts-write", seconds=120)
def test_posts_write(permissions):
    """Who writes, changes, deletes, publishes and unpublishes which posts: every role, operation and state."""
    permissions(lambda cell: cell.collection == "posts" and cell.method != "GET")


@check("api.comments-read", seconds=120)
def test_comments_read(permissions):
    """Who reads which comments: every role, operation and state."""
    permissions(lambda cell: cell.collection == "comments" and cell.method == "GET")


@check("api.comments-read")
def test_comments_on_what_has_just_come_out(api, rows):
    """An approved comment is there for everybody once its post is out, and not some minutes before."""
    now = datetime.now(UTC)
    just = rows.comment(post=rows.post(state="out", published_at=now), status="approved", author="reader2")
    later = rows.post(state="scheduled", published_at=now + timedelta(minutes=20))
    soon = rows.comment(post=later, status="approved", author="reader2")
    for who in (None, "reader", "contributor2"):
        api.get(f"/comments/{just.id}/", as_=who).expect(200)
        api.get(f"/comments/{soon.id}/", as_=who).expect(404)


@check("api.comments-write", seconds=120)
def test_comments_write(permissions):
    """Who writes, changes and deletes which comments: every role, operation and state."""
    permissions(is_edit)


@check("api.moderation", seconds=120)
def test_moderation(permissions):
    """Who approves and rejects which comments: every role, operation and state."""
    permissions(lambda cell: cell.path.endswith(MODERATION))


@check("api.taxonomy-access", seconds=120)
def test_taxonomy_access(permissions):
    """Who reads and changes categories and tags: every role, operation and state."""
    permissions(lambda cell: cell.collection in ("categories", "tags"))


@check("api.users-access", seconds=120)
def test_users_access(permissions):
    """Who reads and changes which accounts: every role, operation and state."""
    permissions(lambda cell: cell.collection == "users")
