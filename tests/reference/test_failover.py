"""The runbook of a database failover, followed word by word after the primary was killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reference.conftest import MachineWith
from tests.reference.machine import Machine
from tests.reference.platform import PASSWORD, make_postgres, run_postgres, start_redis, start_web
from tests.reference.runbooks import follow

pytestmark = pytest.mark.slow
BOTH = (
    f"postgres://app:{PASSWORD}@db-primary:5432,db-standby:5432/app?target_session_attrs=read-write&connect_timeout=3"
)
HOLD = "from accounts.models import User; User.objects.create_user('{}', email='{}@example.org')"


@pytest.fixture(scope="module")
def pair(machine_with: MachineWith) -> Iterator[Machine]:
    """A primary with a standby that streams from it, and the application, which knows both."""
    with machine_with(env={"DATABASE_URL": BOTH, "PGPASSWORD": PASSWORD, "PGUSER": "postgres"}) as machine:
        make_postgres(machine, host="db-primary", data="/tmp/primary", superuser="postgres")
        machine.sh(f"psql -h db-primary -d postgres -c \"CREATE ROLE app LOGIN CREATEROLE PASSWORD '{PASSWORD}'\"")
        machine.sh("createdb -h db-primary --owner app app")
        machine.sh("pg_basebackup -d 'host=db-primary dbname=postgres' -D /tmp/standby --write-recovery-conf -c fast")
        run_postgres(machine, host="db-standby", data="/tmp/standby")
        start_redis(machine)
        start_web(machine)
        yield machine


def person(machine: Machine, name: str) -> None:
    """Somebody new, through the application."""
    machine.sh(f"""python manage.py shell --no-imports -c "{HOLD.format(name, name)}" """)


def people(machine: Machine, host: str) -> list[str]:
    """Who is known on that server."""
    return machine.sh(f"psql -h {host} -d app -Atc 'SELECT username FROM accounts_user ORDER BY 1'").split()


def test_the_runbook_works_as_it_is_written(pair: Machine, project: Path) -> None:
    person(pair, "before")
    pair.sh(
        "for _ in $(seq 50); do psql -h db-standby -d app -Atc 'SELECT 1 FROM accounts_user' && exit; sleep 0.1; done"
    )
    pair.sh("kill -KILL $(head -n 1 /tmp/primary/postmaster.pid)")
    pair.sh("curl --fail --silent --max-time 20 http://web:8000/ready", status=22)

    said = follow(pair, project / "docs/runbooks/database-failover.md", data={"primary": "/tmp/primary"})

    assert "last change received" in said[2]
    person(pair, "after")
    assert people(pair, "db-standby") == ["after", "before"]
    pair.sh(
        "for _ in $(seq 50); do psql -h db-primary -d app -Atc 'SELECT username FROM accounts_user'"
        " | grep -qx after && exit; sleep 0.1; done; exit 1"
    )
    assert people(pair, "db-primary") == ["after", "before"]


def test_a_primary_that_answers_ends_it_at_the_first_step(pair: Machine, project: Path) -> None:
    with pytest.raises(AssertionError, match="the primary answers: this is another problem"):
        follow(pair, project / "docs/runbooks/database-failover.md", data={"primary": "/tmp/primary"})
