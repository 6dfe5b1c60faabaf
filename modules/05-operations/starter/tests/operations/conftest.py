"""The whole platform as it runs: real processes before real servers, which tests may break."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operations.platform import Platform
from tests.servers.postgres import Postgres
from tests.servers.redis import Redis
from tests.servers.sink import Sink
from tests.servers.smtp import Smtp


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """With `-n 2 --dist loadgroup`, one process runs them all: one platform is enough."""
    if config.pluginmanager.hasplugin("xdist"):
        for item in items:
            if item.path.parent == Path(__file__).parent:
                item.add_marker(pytest.mark.xdist_group("platform"))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """PostgreSQL with an empty database."""
    server = Postgres(tmp_path_factory.mktemp("postgres"))
    server.start()
    server.create()
    yield server
    server.close()


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """Redis, for the cache and the queues."""
    server = Redis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def smtp() -> Iterator[Smtp]:
    """A mail server."""
    server = Smtp()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sink() -> Iterator[Sink]:
    """Where traces and errors go."""
    server = Sink()
    yield server
    server.close()


@pytest.fixture(scope="session")
def platform(
    postgres: Postgres,
    redis: Redis,
    smtp: Smtp,
    sink: Sink,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Platform]:
    """The application, migrated, with its web server and a worker."""
    folder: Path = tmp_path_factory.mktemp("platform")
    application = Platform(folder, postgres=postgres, redis=redis, smtp=smtp, sink=sink)
    try:
        application.start()
        yield application
    finally:
        application.stop()
