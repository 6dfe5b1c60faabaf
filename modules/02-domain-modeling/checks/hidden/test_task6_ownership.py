"""Task 6, ownership: who may, for every role."""

import pytest

from grader.checkpoint import check

ROLES = ("reader", "contributor", "editor", "admin")
EVERYBODY, NOBODY = dict.fromkeys(ROLES, True), dict.fromkeys(ROLES, False)
EDITORIAL = NOBODY | {"editor": True, "admin": True}
whose = pytest.mark.parametrize("whose", ["own", "another's"])
active = pytest.mark.parametrize("active", [True, False], ids=["active", "inactive"])


def answers(verb, make, demote, kind, *, whose, active):
    """What the verb says of a post or comment to a user of each role."""
    said = {}
    for role in ROLES:
        user = make.user(is_active=active)
        row = getattr(make, kind)(author=user if whose == "own" else make.user())
        demote(user, role)
        row.refresh_from_db()
        said[role] = getattr(row, verb)(user)
    return said


@check("domain.post-ownership")
@whose
@active
def test_who_edits_a_post(make, demote, whose, active):
    """A post is edited by its author unless now a reader, by editors and admins; by nobody who is not active."""
    expected = EDITORIAL | {"contributor": whose == "own"} if active else NOBODY
    assert answers("can_be_edited_by", make, demote, "post", whose=whose, active=active) == expected


@check("domain.post-ownership")
def test_nobody_edits_a_post(app, make):
    """An anonymous user edits no post, of whatever status."""
    assert [post.can_be_edited_by(app.anonymous()) for post in (make.post(), make.published())] == [False, False]


@check("domain.comment-ownership")
@whose
@active
def test_who_edits_a_comment(make, demote, whose, active):
    """A comment is edited by its author, editors and admins; by nobody who is not active."""
    expected = (EVERYBODY if whose == "own" else EDITORIAL) if active else NOBODY
    assert answers("can_be_edited_by", make, demote, "comment", whose=whose, active=active) == expected


@check("domain.comment-ownership")
@active
def test_who_moderates_a_comment(make, demote, active):
    """A comment on a post of somebody else is moderated by editors and admins; by nobody who is not active."""
    expected = EDITORIAL if active else NOBODY
    assert answers("can_be_moderated_by", make, demote, "comment", whose="another's", active=active) == expected


@check("domain.comment-ownership")
def test_comments_on_own_posts(make):
    """The author of a post moderates the comments of others on it, while active, and does not edit them."""
    active, inactive = make.user(), make.user(is_active=False)
    for user, may in ((active, True), (inactive, False)):
        comment = make.comment(post=make.published(author=user))
        assert (comment.can_be_moderated_by(user), comment.can_be_edited_by(user)) == (may, False)


@check("domain.comment-ownership")
def test_nobody_moderates_their_own_comment(make):
    """Contributors do not moderate their own comments: not on their own posts, and not on others'."""
    user = make.user()
    on_own, on_other = make.comment(author=user, post=make.published(author=user)), make.comment(author=user)
    assert [on_own.can_be_moderated_by(user), on_other.can_be_moderated_by(user)] == [False, False]


@check("domain.comment-ownership")
def test_nobody_touches_a_comment(app, make):
    """An anonymous user neither edits nor moderates a comment."""
    comment, anonymous = make.comment(), app.anonymous()
    assert [comment.can_be_edited_by(anonymous), comment.can_be_moderated_by(anonymous)] == [False, False]
