"""Who counts as what."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.access import is_editorial, is_member
from accounts.roles import Role
from tests.factories import UserFactory


@pytest.mark.parametrize(
    ("role", "editorial"),
    [
        (Role.ADMIN, True),
        (Role.EDITOR, True),
        (Role.CONTRIBUTOR, False),
        (Role.READER, False),
    ],
)
def test_editors_and_admins_look_after_everything(role: Role, editorial: bool) -> None:
    assert is_editorial(UserFactory.build(role=role)) is editorial


@pytest.mark.parametrize("role", Role)
def test_an_account_that_is_closed_counts_for_nothing(role: Role) -> None:
    closed = UserFactory.build(role=role, is_active=False)
    assert not is_member(closed)
    assert not is_editorial(closed)


def test_nobody_is_no_member() -> None:
    assert not is_member(AnonymousUser())
    assert not is_editorial(AnonymousUser())
