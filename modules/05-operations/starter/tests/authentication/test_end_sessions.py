"""The command that logs people out."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from audit.actions import Action
from audit.models import AuditEntry
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> User:
    """Whoever runs the command."""
    user: User = UserFactory(username="operator")
    return user


@pytest.fixture
def people() -> list[User]:
    """Two others."""
    return [UserFactory(username=name) for name in ("ann", "bert")]


def epochs(people: list[User]) -> list[int]:
    """How often each was logged out everywhere."""
    stored = User.objects.in_bulk([person.pk for person in people])
    return [stored[person.pk].session_epoch for person in people]


def test_those_who_are_named(
    operator: User, people: list[User], capsys: pytest.CaptureFixture[str]
) -> None:
    before = epochs(people)
    call_command("end_sessions", "ann", by="operator")
    assert epochs(people) == [before[0] + 1, before[1]]
    assert capsys.readouterr().out == "Logged out everywhere: 1\n"
    entry = AuditEntry.objects.get(action=Action.LOGGED_OUT_EVERYWHERE)
    assert entry.actor == operator


def test_everybody(operator: User, people: list[User]) -> None:
    before = epochs([operator, *people])
    call_command("end_sessions", everyone=True, by="operator")
    assert epochs([operator, *people]) == [epoch + 1 for epoch in before]


def test_an_account_is_closed_where_asked(operator: User, people: list[User]) -> None:
    call_command("end_sessions", "ann", by="operator", close=True)
    assert not User.objects.get(username="ann").is_active
    assert AuditEntry.objects.filter(action=Action.DEACTIVATED, actor=operator).exists()


@pytest.mark.parametrize(
    ("names", "options", "reason"),
    [
        (["ann", "nobody"], {}, "Nobody is called nobody"),
        (["ann"], {"by": "nobody"}, "Nobody is called nobody"),
        ([], {}, "Say whose"),
        (["ann"], {"everyone": True}, "Say whose"),
        ([], {"everyone": True, "close": True}, "Nobody closes every account"),
    ],
)
@pytest.mark.usefixtures("operator")
def test_what_is_refused_changes_nothing(
    people: list[User], names: list[str], options: dict[str, object], reason: str
) -> None:
    before = epochs(people)
    with pytest.raises(CommandError, match=reason):
        call_command("end_sessions", *names, **{"by": "operator", **options})
    assert epochs(people) == before
