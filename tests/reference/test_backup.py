"""Backups that were made and restored: the scripts, and the runbook that uses them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reference.conftest import MachineWith
from tests.reference.machine import Machine
from tests.reference.platform import PASSWORD, start_platform
from tests.reference.runbooks import follow

pytestmark = pytest.mark.slow
POST = """
from accounts.models import User
from posts.models import Post
author = User.objects.create_user('author-{0}', email='author-{0}@example.org', role='contributor')
Post.objects.create(title='Post {0}', body='Something to read.', author=author)
"""
ENV = {
    "PGHOST": "db",
    "PGUSER": "app",
    "PGPASSWORD": PASSWORD,
    "PGDATABASE": "app",
    "BACKUP_DIR": "/tmp/backups",
}


@pytest.fixture(scope="module")
def stocked(machine_with: MachineWith) -> Iterator[Machine]:
    """The platform with a post, and what the scripts need to know."""
    with machine_with(env=ENV) as machine:
        start_platform(machine)
        write(machine, 1)
        yield machine


def write(machine: Machine, number: int) -> None:
    """One more post."""
    machine.sh(f'python manage.py shell --no-imports -c "{POST.format(number)}"')


def backup(machine: Machine, **env: str) -> str:
    """The path of a new backup."""
    words = " ".join(f"{name}='{value}'" for name, value in env.items())
    return machine.sh(f"sleep 1.1; {words} sh scripts/backup.sh").strip()


def posts(machine: Machine, database: str) -> int:
    """How many posts are in a database."""
    return int(machine.sh(f"psql -d {database} -Atc 'SELECT count(*) FROM posts_post'"))


def test_what_was_backed_up_comes_back(stocked: Machine) -> None:
    dump = backup(stocked)
    write(stocked, 2)
    said = stocked.sh(f"sh scripts/restore.sh {dump} restored")
    assert said.startswith("restored ")
    assert (posts(stocked, "restored"), posts(stocked, "app")) == (1, 2)
    assert stocked.sh(f"stat -c %a {dump}").strip() == "600"
    assert stocked.sh(f"cd /tmp/backups; ls $(basename {dump} .dump)*").split() == [
        Path(dump).with_suffix(suffix).name for suffix in (".counts", ".dump", ".sha256")
    ]


def test_nothing_is_overwritten(stocked: Machine) -> None:
    before = posts(stocked, "app")
    assert "already exists" in stocked.try_sh(f"sh scripts/restore.sh {backup(stocked)} app").err
    assert posts(stocked, "app") == before


def test_a_damaged_backup_is_not_restored(stocked: Machine) -> None:
    dump = backup(stocked)
    stocked.sh(f"printf x | dd of={dump} bs=1 seek=5000 conv=notrunc status=none")
    done = stocked.try_sh(f"sh scripts/restore.sh {dump} damaged")
    assert (done.status, "the checksum does not fit" in done.err) == (1, True)
    assert databases(stocked, "damaged") == 0


def test_a_row_too_few_is_seen(stocked: Machine) -> None:
    dump = backup(stocked)
    name = dump.removesuffix(".dump")
    stocked.sh(f"sed -i 's/^posts_post .*/posts_post 99/' {name}.counts; cd /tmp/backups")
    stocked.sh(f"cd /tmp/backups; sha256sum $(basename {name}).dump $(basename {name}).counts >{name}.sha256")
    done = stocked.try_sh(f"sh scripts/restore.sh {dump} fewer")
    assert (done.status, "not every row came back" in done.err) == (1, True)
    assert databases(stocked, "fewer") == 0


def databases(machine: Machine, name: str) -> int:
    """How many databases are called so."""
    return int(machine.sh(f"psql -Atc \"SELECT count(*) FROM pg_database WHERE datname = '{name}'\""))


def test_encrypted_backups_hold_nothing_to_read(stocked: Machine) -> None:
    key = "openssl enc {} -aes-256-cbc -pbkdf2 -pass pass:proof-only"
    dump = backup(stocked, BACKUP_ENCRYPT=key.format("-e"))
    assert stocked.try_sh(f"pg_restore --list {dump}").status == 1
    assert stocked.sh("ls /tmp/backups | grep -c -e part -e new || true").strip() == "0"
    stocked.sh(f"BACKUP_DECRYPT='{key.format('-d')}' sh scripts/restore.sh {dump} decrypted")
    assert posts(stocked, "decrypted") == posts(stocked, "app")
    done = stocked.try_sh(f"BACKUP_DECRYPT='{key.format('-d')}-wrong' sh scripts/restore.sh {dump} wrong")
    assert (done.status != 0, databases(stocked, "wrong")) == (True, 0)


def test_a_database_that_does_not_answer_leaves_no_backup(stocked: Machine) -> None:
    done = stocked.try_sh("PGHOST=db PGDATABASE=nowhere BACKUP_DIR=/tmp/none sh scripts/backup.sh")
    assert done.status != 0
    assert stocked.sh("ls /tmp/none | grep -c -e sha256 -e dump || true").strip() == "0"


def test_old_backups_go_and_others_stay(stocked: Machine) -> None:
    stocked.sh(
        "mkdir /tmp/kept; cd /tmp/kept; touch -d '40 days ago' app-20260101T000000Z.dump other-20260101T000000Z.dump"
    )
    stocked.sh("touch -d '20 days ago' /tmp/kept/app-20260121T000000Z.dump")
    backup(stocked, BACKUP_DIR="/tmp/kept")
    names = stocked.sh("ls /tmp/kept").split()
    assert "app-20260101T000000Z.dump" not in names
    assert {"app-20260121T000000Z.dump", "other-20260101T000000Z.dump"} <= set(names)


def test_the_runbook_works_as_it_is_written(stocked: Machine, project: Path) -> None:
    before = posts(stocked, "app")
    said = follow(stocked, project / "docs/runbooks/restore.md")
    assert "restored " in said[2]
    assert posts(stocked, "app") == posts(stocked, "app_before_restore") == before
