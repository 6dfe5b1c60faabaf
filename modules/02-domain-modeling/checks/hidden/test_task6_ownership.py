"""Task 6, ownership: who may, for every role."""

from datetime import UTC, datetime, timedelta

import pytest

from grader.checkpoint import check, fail

ROLES = ("reader", "contributor", "editor", "admin")
EVERYBODY, NOBODY = dict.fromkeys(ROLES, True), dict.fromkeys(ROLES, False)
EDITORIAL = NOBODY | {"editor": True, "admin": True}
whose = pytest.mark.parametrize("whose", ["own", "another's"])
active = pytest.mark.parametrize("active", [True, False], ids=["active", "inactive"])
statuses = pytest.mark.parametrize("status", ["pending", "approved", "rejected"])
LATER = datetime.now(UTC) + timedelta(days=1)
STATES = {
    "draft": ("post", {}),
    "published": ("published", {}),
    "scheduled": ("published", {"published_at": LATER}),
    "archived": ("published", {"status": "archived"}),
}


def answers(verb, make, demote, kind, *, whose, active, **fields):
    """What the verb says of a post or comment to a user of each role, who is staff or a superuser or neither."""
    said = {}
    for role in ROLES:
        for flags in ({}, {"is_staff": True, "is_superuser": True}):
            user = make.user(is_active=active, **flags)
            row = getattr(make, kind)(author=user if whose == "own" else make.user(), **fields)
            demote(user, role)
            row.refresh_from_db()
            answer = getattr(row, verb)(user)
            if not isinstance(answer, bool):
                fail(expected="True or False", observed=answer)
            if flags and answer != said[role]:
                fail(expected=f"for a {role} who is a superuser the same as for any {role}", observed=answer)
            said[role] = answer
    return said


@check("domain.post-ownership")
@whose
@active
@pytest.mark.parametrize("state", STATES)
def test_who_edits_a_post(make, demote, whose, active, state):
    """A post of any status is edited by its author unless now a reader, by editors and admins; they have to be active.

    That it is out already, or archived, changes nothing.
    """
    expected = EDITORIAL | {"contributor": whose == "own"} if active else NOBODY
    kind, fields = STATES[state]
    assert answers("can_be_edited_by", make, demote, kind, whose=whose, active=active, **fields) == expected


@check("domain.post-ownership")
def test_nobody_edits_a_post(app, make, archived):
    """An anonymous user edits no post, of whatever status."""
    posts = make.post(), make.published(), archived()
    assert [post.can_be_edited_by(app.anonymous()) for post in posts] == [False, False, False]


@check("domain.comment-ownership")
@whose
@active
@statuses
def test_who_edits_a_comment(make, demote, whose, active, status):
    """A comment is edited by its author, editors and admins; by nobody who is not active."""
    expected = (EVERYBODY if whose == "own" else EDITORIAL) if active else NOBODY
    assert answers("can_be_edited_by", make, demote, "comment", whose=whose, active=active, status=status) == expected


@check("domain.comment-ownership")
@whose
@active
@statuses
def test_who_moderates_a_comment(make, demote, whose, active, status):
    """A comment on a post of somebody else is moderated by editors and admins, their own too; by nobody not active."""
    expected = EDITORIAL if active else NOBODY
    said = answers("can_be_moderated_by", make, demote, "comment", whose=whose, active=active, status=status)
    assert said == expected


@check("domain.comment-ownership")
def test_comments_on_own_posts(make):
    """The author of a post moderates the comments of others on it, while active, and does not edit them."""
    active, inactive = make.user(), make.user(is_active=False)
    for user, may in ((active, True), (inactive, False)):
        for status in ("pending", "approved", "rejected"):
            comment = make.comment(post=make.published(author=user), status=status)
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


@check("domain.comment-ownership")
@pytest.mark.parametrize("status", ["draft", "archived"])
@pytest.mark.parametrize("role", ROLES)
def test_authors_moderate_whatever_they_are_now(make, demote, db, role, status):
    """The author of a post moderates the comments of others on it whatever the role is by now, in any state of it.

    An own comment on an own post is moderated by editors and admins.
    """
    user = make.user()
    post = make.published(author=user)
    comment, own = make.comment(post=post), make.comment(post=post, author=user)
    db.update("posts_post", {"status": status, "published_at": None}, id=post.pk)
    demote(user, role)
    for one in (comment, own):
        one.refresh_from_db()
    said = comment.can_be_moderated_by(user), own.can_be_moderated_by(user)
    assert said == (True, EDITORIAL[role])
    assert [one.can_be_edited_by(one.author) for one in (comment, own)] == [True, True]
