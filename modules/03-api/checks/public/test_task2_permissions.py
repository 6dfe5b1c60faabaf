"""Task 2: the permission tables, a case of every row."""

from grader.checkpoint import check

MODERATION = ("/approve/", "/reject/")


def is_edit(cell):
    """Whether the operation makes, changes or deletes a comment."""
    return cell.collection == "comments" and cell.method != "GET" and not cell.path.endswith(MODERATION)


@check("api.posts-read")
def test_posts_read(permissions):
    """Who reads which posts: in a case of every row of its table."""
    permissions(lambda cell: cell.collection == "posts" and cell.method == "GET", plain=True)


@check("api.posts-write")
def test_posts_write(permissions):
    """Who writes, changes, deletes, publishes and unpublishes which posts: in a case of every row of its table."""
    permissions(lambda cell: cell.collection == "posts" and cell.method != "GET", plain=True)


@check("api.comments-read")
def test_comments_read(permissions):
    """Who reads which comments: in a case of every row of its table."""
    permissions(lambda cell: cell.collection == "comments" and cell.method == "GET", plain=True)


@check("api.comments-write")
def test_comments_write(permissions):
    """Who writes, changes and deletes which comments: in a case of every row of its table."""
    permissions(is_edit, plain=True)


@check("api.moderation")
def test_moderation(permissions):
    """Who approves and rejects which comments: in a case of every row of its table."""
    permissions(lambda cell: cell.path.endswith(MODERATION), plain=True)


@check("api.taxonomy-access")
def test_taxonomy_access(permissions):
    """Who reads and changes categories and tags: in a case of every row of its table."""
    permissions(lambda cell: cell.collection in ("categories", "tags"), plain=True)


@check("api.users-access")
def test_users_access(permissions):
    """Who reads and changes which accounts: in a case of every row of its table."""
    permissions(lambda cell: cell.collection == "users", plain=True)
