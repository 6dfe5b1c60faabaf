"""The cluster of databases that every server begins with: made and packed once on a machine, copied by each run."""

import contextlib
import hashlib
import os
import secrets
import shutil
from pathlib import Path

from grader.domain.errors import EnvironmentError_
from grader.sandbox.api import Launch, Limits, Mount, Sandbox
from grader.sandbox.runtime import shell
from grader.sandbox.services import binaries
from grader.sandbox.services.roles import LEARNER
from grader.sandbox.services.service import password
from grader.sandbox.services.statement_log import LINE_PREFIX

_CONF = f"""
listen_addresses = ''
unix_socket_permissions = 0777
max_connections = 60
reserved_connections = 5
shared_buffers = 64MB
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 128MB
checkpoint_timeout = 1d
autovacuum = off
jit = off
io_method = sync
max_worker_processes = 0
max_parallel_workers = 0
max_logical_replication_workers = 0
huge_pages = off
dynamic_shared_memory_type = mmap
file_copy_method = copy
event_triggers = off
client_connection_check_interval = 2s
temp_file_limit = 64MB
password_encryption = scram-sha-256
scram_iterations = 1
logging_collector = off
log_destination = stderr
log_line_prefix = '{LINE_PREFIX}'
log_statement = all
log_error_verbosity = verbose
log_min_messages = warning
log_min_error_statement = panic
log_parameter_max_length = 0
lc_messages = 'C'
log_timezone = 'UTC'
timezone = 'UTC'
"""
_INITDB = """--username=postgres --auth=scram-sha-256 --no-sync --wal-segsize=1 --no-data-checksums --encoding=UTF8
--locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C"""

# What every database begins with belongs to the project, so that no superuser need ever enter one.
# Every check's database is a copy of all files of another one. What is said of built-in functions is not needed, tables
# are packed, and the maps of free space and of visibility, a quarter of the files, are made anew where they are missed.
_PACK = f"""CREATE ROLE {LEARNER} NOLOGIN;
ALTER SCHEMA public OWNER TO {LEARNER};
DELETE FROM pg_description;
VACUUM FULL;
"""
_MAPS = ("*_fsm", "*_vm")


def cluster(sandbox: Sandbox, *, state_dir: Path) -> Path:
    """The directory with ``data``, a database cluster to copy, and the ``password`` of its superuser; made once.

    ``sandbox`` is that of the service, whose user the data belong to.
    """
    wheel = binaries.postgres()
    settings = hashlib.sha256((_CONF + _INITDB + _PACK + " ".join(_MAPS)).encode()).hexdigest()[:8]
    kept = state_dir / f"postgres-{wheel.version}-{settings}-{sandbox.uid}"
    if (kept / "password").exists():
        return kept
    making = state_dir / f"making-{secrets.token_hex(6)}"
    making.mkdir(mode=0o700)
    try:
        secret = initdb(sandbox, making)
        _pack(sandbox, making)
        with (making / "data/postgresql.auto.conf").open("a") as conf:
            conf.write(_CONF)
        file = os.open(making / "password", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w") as out:
            out.write(secret)
        with contextlib.suppress(OSError):  # another process may have been faster: theirs is as good
            making.rename(kept)
        return kept
    finally:
        shutil.rmtree(making, ignore_errors=True)


def initdb(sandbox: Sandbox, making: Path) -> str:
    """Makes an empty cluster in ``making``/data, as the service's own user; returns its superuser's password."""
    for name in ("data", "in"):
        (making / name).mkdir(mode=0o700)
        os.chown(making / name, sandbox.uid, -1)
    secret = password()
    (making / "in/password").write_text(secret)
    os.chown(making / "in/password", sandbox.uid, -1)
    program = f"{binaries.postgres().bin}/initdb"
    _run_once(sandbox, making, program, "--pgdata=/data", "--pwfile=/in/password", *_INITDB.split())
    (making / "in/password").unlink()
    return secret


def _pack(sandbox: Sandbox, making: Path) -> None:
    """Makes the database that all others are copied from smaller."""
    (making / "in/pack.sql").write_text(_PACK)
    program = f"{binaries.postgres().bin}/postgres"
    _run_once(sandbox, making, "/bin/sh", "-c", f"exec {program} --single -F -D /data template1 </in/pack.sql")
    shutil.rmtree(making / "in")
    for pattern in _MAPS:
        for path in (making / "data/base").glob(f"*/{pattern}"):
            path.unlink()


def _run_once(sandbox: Sandbox, making: Path, *argv: str) -> None:
    """Runs a program to its end on the cluster in ``making``, in a sandbox."""
    mounts = (
        *binaries.postgres().mounts,
        *shell(),
        Mount(making / "data", "/data", writable=True),
        Mount(making / "in", "/in"),
    )
    launch = Launch(argv, mounts=mounts, raw=True, limits=Limits(address_mb=None), cwd="/tmp")
    process = sandbox.start(launch, submission=None, deps=None)
    if process.wait(120):
        output = process.output().decode(errors="replace").strip()[-400:]
        raise EnvironmentError_(f"PostgreSQL's data directory could not be made: {output}", "Run `grader doctor`.")
