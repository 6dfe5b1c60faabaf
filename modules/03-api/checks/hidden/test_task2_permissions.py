"""Task 2: the permission tables, every cell."""

from grader.checkpoint import check

MODERATION = ("/approve/", "/reject/")


def is_edit(cell):
    """Whether the operation makes, changes or deletes a comment."""
    return cell.collection == "comments" and cell.method != "GET" and not cell.path.endswith(MODERATION)


@check("api.posts-read", seconds=120)
def test_posts_read(permissions):
    """Who reads which posts: every role, operation and state."""
    permissions(lambda cell: cell.collection == "posts" and cell.method == "GET")


@check("api.posts-write", seconds=120)
def test_posts_write(permissions):
    """Who writes, changes, deletes, publishes and unpublishes which posts: every role, operation and state."""
    permissions(lambda cell: cell.collection == "posts" and cell.method != "GET")


@check("api.comments-read", seconds=120)
def test_comments_read(permissions):
    """Who reads which comments: every role, operation and state."""
    permissions(lambda cell: cell.collection == "comments" and cell.method == "GET")


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
