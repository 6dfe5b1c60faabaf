"""Task 6, ownership: who may, for every role."""

import pytest

from grader.checkpoint import check, matrix


@matrix(
    "domain.post-ownership",
    """
                        reader  contributor  editor  admin
    own                 no      yes          yes     yes
    own-inactive        no      no           no      no
    another's           no      no           yes     yes
    another's-inactive  no      no           no      no
    """,
)
def test_who_edits_a_post(make, demote, cell):
    """Editing {row} post as {column}: {value}."""
    user = make.user(is_active="inactive" not in cell.row)
    post = make.post(author=user) if cell.row.startswith("own") else make.post()
    demote(user, cell.column)
    post.refresh_from_db()
    assert post.can_be_edited_by(user) is (cell.value == "yes")


@check("domain.post-ownership")
def test_nobody_edits_a_post(app, make):
    """An anonymous user edits no post, of whatever status."""
    assert [post.can_be_edited_by(app.anonymous()) for post in (make.post(), make.published())] == [False, False]


@matrix(
    "domain.comment-ownership",
    """
                        reader  contributor  editor  admin
    own                 yes     yes          yes     yes
    own-inactive        no      no           no      no
    another's           no      no           yes     yes
    another's-inactive  no      no           no      no
    """,
)
def test_who_edits_a_comment(make, demote, cell):
    """Editing {row} comment as {column}: {value}."""
    user = make.user(is_active="inactive" not in cell.row)
    comment = make.comment(author=user) if cell.row.startswith("own") else make.comment()
    demote(user, cell.column)
    comment.refresh_from_db()
    assert comment.can_be_edited_by(user) is (cell.value == "yes")


@matrix(
    "domain.comment-ownership",
    """
                                contributor  editor  admin
    a-stranger's                no           yes     yes
    a-stranger's-inactive       no           no      no
    another's-on-own-post       yes          yes     yes
    another's-on-own-inactive   no           no      no
    """,
)
def test_who_moderates_a_comment(make, cell):
    """Moderating {row} comment as {column}: {value}."""
    user = make.user(role=cell.column, is_active="inactive" not in cell.row)
    comment = make.comment(post=make.published(author=user)) if "own" in cell.row else make.comment()
    assert comment.can_be_moderated_by(user) is (cell.value == "yes")


@check("domain.comment-ownership")
def test_nobody_moderates_their_own_comment(make):
    """Contributors do not moderate their own comments: not on their own posts, and not on others'."""
    user = make.user()
    on_own, on_other = make.comment(author=user, post=make.published(author=user)), make.comment(author=user)
    assert [on_own.can_be_moderated_by(user), on_other.can_be_moderated_by(user)] == [False, False]


@check("domain.comment-ownership")
@pytest.mark.parametrize("verb", ["can_be_edited_by", "can_be_moderated_by"])
def test_nobody_touches_a_comment(app, make, verb):
    """An anonymous user neither edits nor moderates a comment."""
    assert getattr(make.comment(), verb)(app.anonymous()) is False
