"""Who may do what: one table of plain functions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.access import AnyUser, is_admin, is_editorial, is_member, is_writer
from accounts.models import User
from api.problems import forbidden, unauthorized
from comments.models import Comment
from posts.models import Post


def anybody(user: AnyUser) -> bool:
    """No account is needed."""
    return True


def any_row(user: AnyUser, row: Any) -> bool:
    """Whoever may do it at all may do it to each row that they can read."""
    return True


def edits_post(user: AnyUser, post: Post) -> bool:
    """Its author, editors and admins."""
    return post.can_be_edited_by(user)


def edits_comment(user: AnyUser, comment: Comment) -> bool:
    """Its author, editors and admins."""
    return comment.can_be_edited_by(user)


def moderates_comment(user: AnyUser, comment: Comment) -> bool:
    """The author of the post, editors and admins."""
    return comment.can_be_moderated_by(user)


def changes_account(user: AnyUser, account: User) -> bool:
    """A superuser's is changed by superusers only."""
    return user.is_superuser or not account.is_superuser


def deletes_account(user: AnyUser, account: User) -> bool:
    """Nobody's own."""
    return account.pk != user.pk and changes_account(user, account)


@dataclass(frozen=True)
class Rule:
    """`who` is asked before anything is read, `row` when the row is there."""

    who: Callable[[AnyUser], bool]
    row: Callable[[AnyUser, Any], bool] = any_row

    @property
    def is_open(self) -> bool:
        """Whether callers without an account may do it."""
        return self.who is anybody

    def admit(self, user: AnyUser) -> None:
        """401 or 403 for whoever may not do this to any row."""
        if self.who(user):
            return
        raise forbidden() if is_member(user) else unauthorized()

    def admit_to(self, user: AnyUser, row: Any) -> None:
        """403 for whoever may not do this to this row."""
        if not self.row(user, row):
            raise forbidden()


RULES = {
    "posts.read": Rule(anybody),
    "posts.create": Rule(is_writer),
    "posts.change": Rule(is_writer, edits_post),
    "comments.read": Rule(anybody),
    "comments.create": Rule(is_member),
    "comments.change": Rule(is_member, edits_comment),
    "comments.moderate": Rule(is_member, moderates_comment),
    "taxonomy.read": Rule(anybody),
    "taxonomy.change": Rule(is_editorial),
    "users.read": Rule(is_admin),
    "users.create": Rule(is_admin),
    "users.change": Rule(is_admin, changes_account),
    "users.delete": Rule(is_admin, deletes_account),
    "me": Rule(is_member),
}
