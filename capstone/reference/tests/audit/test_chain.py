# FILE SOLUTION 06
"""What the hash chain shows of whoever owns the tables and tampers; and what it cannot show."""

from collections.abc import Callable
from importlib import import_module
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from audit.actions import Action
from audit.chain import GENESIS, HASHED, digest_of
from audit.models import AuditEntry, AuditLink
from audit.services import record
from audit.verification import verify_chain
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ENTRIES = 5


@pytest.fixture
def log() -> list[AuditEntry]:
    """Five entries by Ann."""
    ann = UserFactory(username="ann")
    return [
        record(action=Action.PUBLISHED, actor=ann, target=ann, number=number)
        for number in range(ENTRIES)
    ]


@pytest.fixture
def tamper(log: list[AuditEntry]) -> Callable[..., None]:
    """SQL by whoever owns the tables, and has switched off what protects them."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in ("audit_auditentry", "audit_auditlink"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            for name in ("0002_append_only", "0003_auditlink"):
                for statement in import_module(f"audit.migrations.{name}").SQLITE_UNDO:
                    cursor.execute(statement)

    def execute(*statements: str) -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement.format(*(entry.pk for entry in log)))

    return execute


def problem() -> tuple[int | None, str]:
    """Which entry is the first that is not what was written, and why."""
    broken = verify_chain().broken
    assert broken is not None
    return broken.entry, broken.problem


def test_what_was_written_is_whole(log: list[AuditEntry]) -> None:
    found = verify_chain()
    assert (found.entries, found.broken) == (ENTRIES, None)
    first, *_, last = AuditLink.objects.order_by("position")
    assert (first.position, first.previous, first.entry) == (1, GENESIS, log[0])
    assert str(found.head) == str(last)


def test_an_empty_log_is_whole() -> None:
    assert verify_chain().entries == 0
    assert verify_chain().head is None


@pytest.mark.parametrize(
    "change",
    [
        "action = 'archived'",
        "actor_name = 'bob'",
        "actor_id = NULL",
        "object_type = 'posts.post'",
        "object_id = '7'",
        "address = '192.0.2.1'",
        "request_id = 'another'",
        """details = '{{"number": 7}}'""",
        "created_at = '2020-01-01T00:00:00Z'",
    ],
)
def test_an_edited_column_is_seen(
    tamper: Callable[..., None], log: list[AuditEntry], change: str
) -> None:
    tamper(f"UPDATE audit_auditentry SET {change} WHERE id = {{2}}")  # noqa: S608
    assert problem() == (log[2].pk, "its content is not what was written")


def test_every_column_is_hashed() -> None:
    """A new one makes this fail: decide then how old entries keep their digests (ADR 0015)."""
    columns = {field.attname for field in AuditEntry._meta.concrete_fields}
    assert columns == {*HASHED, "created_at"}


def test_a_deleted_entry_is_seen(
    tamper: Callable[..., None], log: list[AuditEntry]
) -> None:
    tamper("DELETE FROM audit_auditentry WHERE id = {1}")
    assert problem() == (log[1].pk, "it was deleted")


def test_an_entry_deleted_with_its_link_is_seen_at_the_next(
    tamper: Callable[..., None], log: list[AuditEntry]
) -> None:
    tamper(
        "DELETE FROM audit_auditentry WHERE id = {1}",
        "DELETE FROM audit_auditlink WHERE entry_id = {1}",
    )
    assert problem() == (
        log[2].pk,
        "before it, position 2 was taken out of the chain",
    )


def test_a_gap_that_was_closed_is_seen_all_the_same(
    tamper: Callable[..., None], log: list[AuditEntry]
) -> None:
    tamper(
        "DELETE FROM audit_auditentry WHERE id = {1}",
        "DELETE FROM audit_auditlink WHERE entry_id = {1}",
        "UPDATE audit_auditlink SET position = 2 WHERE position = 3",
        "UPDATE audit_auditlink SET position = 3 WHERE position = 4",
        "UPDATE audit_auditlink SET position = 4 WHERE position = 5",
    )
    assert problem() == (log[2].pk, "it does not follow the entry before it")


def test_two_entries_that_changed_places_are_seen(
    tamper: Callable[..., None], log: list[AuditEntry]
) -> None:
    tamper(
        "UPDATE audit_auditlink SET entry_id = 0 WHERE entry_id = {1}",
        "UPDATE audit_auditlink SET entry_id = {1} WHERE entry_id = {3}",
        "UPDATE audit_auditlink SET entry_id = {3} WHERE entry_id = 0",
    )
    assert problem() == (log[3].pk, "its content is not what was written")


def test_an_inserted_entry_is_seen(
    tamper: Callable[..., None], log: list[AuditEntry]
) -> None:
    tamper("DELETE FROM audit_auditentry WHERE id = {1}")
    forged = AuditEntry.objects.create(pk=log[1].pk, action=Action.DELETED)
    assert problem() == (forged.pk, "its content is not what was written")


def test_an_entry_that_no_service_wrote_is_seen(log: list[AuditEntry]) -> None:
    stray = AuditEntry.objects.create(action=Action.DELETED)
    assert problem() == (
        stray.pk,
        "it is not in the chain: nobody wrote it by the service",
    )


def test_the_first_bad_row_is_named_and_not_the_worst(
    tamper: Callable[..., None], log: list[AuditEntry]
) -> None:
    tamper("UPDATE audit_auditentry SET action = 'x' WHERE id = {4}")
    tamper("DELETE FROM audit_auditlink WHERE entry_id = {3}")
    assert problem()[0] == log[3].pk
    tamper("UPDATE audit_auditentry SET action = 'x' WHERE id = {0}")
    assert problem()[0] == log[0].pk


def test_a_cut_tail_is_seen_by_whoever_noted_the_head_and_by_nobody_else(
    tamper: Callable[..., None],
) -> None:
    noted = verify_chain().head
    tamper(
        "DELETE FROM audit_auditentry WHERE id = {4}",
        "DELETE FROM audit_auditlink WHERE entry_id = {4}",
    )
    assert (
        verify_chain().broken is None
    )  # shorter, and whole: the chain alone cannot know
    broken = verify_chain(anchor=noted).broken
    assert broken is not None
    assert broken.problem == "the log ends at position 4, and position 5 was noted"


def test_a_chain_computed_anew_is_seen_by_whoever_noted_the_head(
    tamper: Callable[..., None], log: list[AuditEntry]
) -> None:
    """There is no secret in a digest: whoever may write everything can write it all anew."""
    noted = verify_chain().head
    tamper("UPDATE audit_auditentry SET action = 'archived' WHERE id = {1}")
    previous = GENESIS
    for position, entry in enumerate(AuditEntry.objects.order_by("pk"), 1):
        digest = digest_of(entry, position=position, previous=previous)
        AuditLink.objects.filter(position=position).update(
            previous=previous, digest=digest
        )
        previous = digest
    assert verify_chain().broken is None
    broken = verify_chain(anchor=noted).broken
    assert broken is not None
    assert broken.entry == log[4].pk
    assert "another digest when it was noted" in broken.problem


def test_an_anchor_stays_good_while_the_log_grows(log: list[AuditEntry]) -> None:
    noted = verify_chain().head
    record(action=Action.ARCHIVED, actor=None)
    found = verify_chain(anchor=noted)
    assert (found.broken, found.entries) == (None, ENTRIES + 1)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE audit_auditlink SET digest = previous",
        "DELETE FROM audit_auditlink",
        "INSERT INTO audit_auditlink (position, entry_id, previous, digest)"
        " SELECT position, entry_id, 'x', 'y' FROM audit_auditlink",
        "INSERT INTO audit_auditlink (position, entry_id, previous, digest)"
        " VALUES (0, 0, 'x', 'y')",
    ],
)
def test_the_database_refuses_to_touch_the_chain(
    log: list[AuditEntry], attack: str
) -> None:
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(attack)
    assert verify_chain().broken is None


def test_what_is_rolled_back_leaves_no_gap(log: list[AuditEntry]) -> None:
    with transaction.atomic():
        record(action=Action.DELETED, actor=None)
        transaction.set_rollback(True)
    record(action=Action.ARCHIVED, actor=None)
    found = verify_chain()
    assert (found.broken, found.entries) == (None, ENTRIES + 1)


def verify(*words: str) -> tuple[int, str]:
    """What the command says, and how it ends."""
    out = StringIO()
    try:
        call_command("verify_audit_log", *words, stdout=out)
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def test_the_command_prints_a_head_that_it_understands(log: list[AuditEntry]) -> None:
    code, said = verify()
    assert (code, said.splitlines()[0]) == (0, "The audit log is whole: 5 entries.")
    head = said.splitlines()[1].removeprefix("Head: ")
    assert verify(f"--anchor={head}") == (0, said)
    changed = head[:-1] + ("0" if head[-1] != "0" else "1")
    code, said = verify(f"--anchor={changed}")
    assert code == 1
    assert f"entry {log[4].pk}: position 5 had another digest" in said


def test_the_command_names_the_first_bad_row(
    tamper: Callable[..., None], log: list[AuditEntry]
) -> None:
    tamper("UPDATE audit_auditentry SET action = 'x' WHERE id = {3}")
    code, said = verify()
    assert code == 1
    assert f"broken at entry {log[3].pk}: its content" in said
    assert "Whole up to there: 3:" in said


ZEROS = "0" * 64
NO_ANCHORS = ["", "5", "5:", f":{ZEROS}", f"0:{ZEROS}", f"5:{ZEROS[1:]}", f"x:{ZEROS}"]
NO_ANCHORS += [f"5:{'g' * 64}", f"5:{'F' * 64}", f"-1:{ZEROS}", f"\u0665:{ZEROS}"]


@pytest.mark.parametrize("anchor", NO_ANCHORS)
def test_what_is_no_anchor_is_told_apart_from_a_broken_log(anchor: str) -> None:
    code, said = verify(f"--anchor={anchor}")
    assert code == 2
    assert "POSITION:DIGEST" in said


@pytest.mark.django_db(transaction=True)
def test_a_log_that_cannot_be_read_is_told_apart_from_a_broken_one() -> None:
    call_command("migrate", "audit", "0002", verbosity=0)
    try:
        code, said = verify()
        assert code == 2
        assert "cannot be read" in said
        assert "manage.py migrate" in said
    finally:
        call_command("migrate", verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_what_was_there_before_the_chain_is_taken_into_it() -> None:
    call_command("migrate", "audit", "0002", verbosity=0)
    for action in ("registered", "logged_in"):
        AuditEntry.objects.create(action=action)
    call_command("migrate", verbosity=0)
    record(action=Action.LOGGED_OUT, actor=None)
    found = verify_chain()
    assert (found.broken, found.entries) == (None, 3)


def test_what_the_version_before_wrote_meanwhile_is_taken_in_by_whoever_vouches(
    log: list[AuditEntry],
) -> None:
    stray = AuditEntry.objects.create(action=Action.PUBLISHED)
    out = StringIO()
    call_command("chain_audit_log", "--by", "ann", stdout=out)
    assert out.getvalue().strip() == "Chained: 1"
    assert verify_chain().broken is None
    vouched = AuditEntry.objects.get(action=Action.CHAINED)
    assert (vouched.actor_name, vouched.details) == ("ann", {"entries": [stray.pk]})
    call_command("chain_audit_log", "--by", "ann", stdout=out)
    assert AuditEntry.objects.filter(action=Action.CHAINED).count() == 1
    with pytest.raises(CommandError, match="Nobody is called eve"):
        call_command("chain_audit_log", "--by", "eve")
