"""The platform started on a machine: servers at the names and ports of the Compose file, with their data in /tmp."""

from tests.reference.machine import Machine

_INITDB = "--auth=scram-sha-256 --no-sync --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C --encoding=UTF8"


def start_postgres(machine: Machine, *, host: str = "db", data: str = "/tmp/db", password: str = "proof") -> None:
    """PostgreSQL at ``host``:5432, with a superuser ``app`` and a database ``app``, as the image makes them."""
    machine.sh(f"umask 077; echo {password} >/tmp/pw; initdb -D {data} -U app --pwfile=/tmp/pw {_INITDB} >/dev/null")
    machine.sh(f"echo \"listen_addresses = '{host}'\" >>{data}/postgresql.conf")
    run_postgres(machine, host=host, data=data)
    machine.sh(f"PGPASSWORD={password} createdb -h {host} -U app app")


def run_postgres(machine: Machine, *, host: str, data: str) -> None:
    """A server on data that are there already."""
    machine.sh(f"pg_ctl -D {data} -l {data}.log -w -o '-k {data} -c fsync=off' start")
    machine.sh(f"pg_isready --quiet --host {host}")


def start_redis(machine: Machine) -> None:
    """Redis at redis:6379."""
    machine.start("redis-server --bind 127.0.0.1 --save ''", until="redis-cli ping >/dev/null", log="redis")


def start_web(machine: Machine) -> None:
    """The application at web:8000, migrated."""
    machine.sh("python manage.py migrate --no-input")
    machine.start("gunicorn config.wsgi:application", until="python docker/healthcheck.py", log="web")


def start_platform(machine: Machine) -> None:
    """Database, Redis and the application."""
    start_postgres(machine)
    start_redis(machine)
    start_web(machine)
