"""Questions about whoever is asking, be it somebody or nobody."""

from typing import TYPE_CHECKING, TypeGuard

from accounts.roles import EDITORIAL, Role
from django.contrib.auth.models import AnonymousUser

if TYPE_CHECKING:
    from accounts.models import User

type AnyUser = User | AnonymousUser


def is_member(user: AnyUser) -> TypeGuard["User"]:
    """Whether this is a person with an account that is in use."""
    return user.is_authenticated and user.is_active


def is_editorial(user: AnyUser) -> bool:
    """Whether this is an editor or an admin, who look after everybody's work."""
    return is_member(user) and user.role in EDITORIAL


def is_writer(user: AnyUser) -> bool:
    """Whether this person may write posts."""
    return is_member(user) and user.role != Role.READER


def is_admin(user: AnyUser) -> bool:
    """Whether this person looks after accounts."""
    return is_member(user) and user.role == Role.ADMIN
