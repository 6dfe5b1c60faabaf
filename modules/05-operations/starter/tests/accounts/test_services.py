"""What admins do with accounts, and people with their own."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import ProtectedError

from accounts.models import User
from accounts.roles import Role
from accounts.services import create_user, delete_user, update_user
from tests.factories import PostFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    """Somebody who looks after the people."""
    made: User = UserFactory(role=Role.ADMIN)
    return made


def test_an_account_begins_without_a_password(admin: User) -> None:
    made = create_user(by=admin, username="zoe", role=Role.EDITOR)
    assert not made.has_usable_password()
    assert User.objects.get(username="zoe").role == Role.EDITOR


@pytest.mark.parametrize("role", [Role.EDITOR, Role.CONTRIBUTOR, Role.READER])
def test_only_admins_look_after_people(role: Role) -> None:
    user, other = UserFactory(role=role), UserFactory()
    with pytest.raises(PermissionDenied):
        create_user(by=user, username="zoe")
    with pytest.raises(PermissionDenied):
        update_user(user=other, by=user, first_name="Zoe")
    with pytest.raises(PermissionDenied):
        delete_user(user=other, by=user)


def test_people_say_who_they_are_and_no_more() -> None:
    user = UserFactory(role=Role.READER)
    update_user(user=user, by=user, first_name="Zoe", last_name="Lee")
    with pytest.raises(PermissionDenied):
        update_user(user=user, by=user, role=Role.ADMIN)
    stored = User.objects.get()
    assert (stored.first_name, stored.role) == ("Zoe", Role.READER)


def test_admins_do_not_shut_themselves_out(admin: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        update_user(user=admin, by=admin, role=Role.READER, is_active=False)
    assert set(refusal.value.message_dict) == {"role", "is_active"}
    update_user(user=admin, by=admin, role=Role.ADMIN, first_name="Zoe")
    with pytest.raises(PermissionDenied):
        delete_user(user=admin, by=admin)


def test_superusers_are_for_superusers(admin: User) -> None:
    root = UserFactory(is_superuser=True, role=Role.ADMIN)
    with pytest.raises(PermissionDenied):
        update_user(user=root, by=admin, last_name="Mine")
    with pytest.raises(PermissionDenied):
        delete_user(user=root, by=admin)
    other = UserFactory(is_superuser=True, role=Role.ADMIN)
    assert update_user(user=root, by=other, first_name="Root").first_name == "Root"


def test_who_has_written_something_stays(admin: User) -> None:
    post = PostFactory()
    with pytest.raises(ProtectedError):
        delete_user(user=post.author, by=admin)
    delete_user(user=UserFactory(), by=admin)
    assert set(User.objects.all()) == {admin, post.author}
