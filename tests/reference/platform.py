"""The platform started on a machine: servers at the names and ports of the Compose file, with their data in /tmp."""

from tests.reference.machine import Machine

PASSWORD = "development-only"
_AS_RUNTIME = (
    "case $DATABASE_URL in postgres://app:*@db:5432/app)"
    f" export DATABASE_URL=postgres://runtime:{PASSWORD}@db:5432/app; esac; "
)
"""Before what runs the application as the Compose file does: not as the role that owns the tables."""
_INITDB = "--auth=scram-sha-256 --no-sync --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C --encoding=UTF8"


def make_postgres(machine: Machine, *, host: str, data: str, superuser: str) -> None:
    """PostgreSQL at ``host``:5432, with this superuser; it keeps running."""
    machine.sh(
        f"umask 077; echo {PASSWORD} >/tmp/pw; initdb -D {data} -U {superuser} --pwfile=/tmp/pw {_INITDB} >/dev/null"
    )
    machine.sh(f"echo 'host all,replication all 127.0.0.0/8 scram-sha-256' >>{data}/pg_hba.conf")
    machine.sh(f"echo 'wal_keep_size = 1GB' >>{data}/postgresql.conf")  # as the runbook of a failover asks
    run_postgres(machine, host=host, data=data)


def run_postgres(machine: Machine, *, host: str, data: str) -> None:
    """A server on data that are there already. Where it listens is not in its data: a copy listens elsewhere."""
    machine.sh(f"echo \"listen_addresses = '{host}'\nunix_socket_directories = ''\" >>{data}/postgresql.conf")
    machine.sh(f"pg_ctl -D {data} -l {data}.log -w start || {{ cat {data}.log; exit 1; }}")
    machine.sh(f"pg_isready --quiet --host {host}")


def start_postgres(machine: Machine) -> None:
    """The database as the Compose file has it: ``app`` of the superuser ``app`` at db."""
    make_postgres(machine, host="db", data="/tmp/db", superuser="app")
    machine.sh(f"PGPASSWORD={PASSWORD} createdb -h db -U app app")


def start_redis(machine: Machine) -> None:
    """Redis at redis:6379."""
    machine.start("redis-server --bind 127.0.0.1 --save ''", until="redis-cli ping >/dev/null", log="redis")


def start_web(machine: Machine) -> None:
    """The application at web:8000, migrated."""
    machine.sh("python manage.py migrate --no-input")
    run_web(machine)


def run_web(machine: Machine, before: str = "") -> None:
    """The web processes on a database that is there; ``before`` is what their shell does first."""
    machine.start(
        f"{_AS_RUNTIME}{before}exec gunicorn config.wsgi:application", until="python docker/healthcheck.py", log="web"
    )


def stop_web(machine: Machine) -> None:
    """End the web processes as an orchestrator does, and wait until they are gone."""
    machine.sh("pid=$(cat /tmp/web.pid); kill -TERM $pid; while kill -0 $pid 2>/dev/null; do sleep 0.1; done")


def start_worker(machine: Machine) -> None:
    """A worker for every queue that the Compose file gives it."""
    machine.start(
        f"{_AS_RUNTIME}celery -A config.celery worker --loglevel info --queues comments,mail,analytics --pool solo",
        until="celery -A config.celery inspect ping --timeout 2 >/dev/null",
        log="worker",
    )


def start_platform(machine: Machine) -> None:
    """Database, Redis and the application."""
    start_postgres(machine)
    start_redis(machine)
    start_web(machine)
