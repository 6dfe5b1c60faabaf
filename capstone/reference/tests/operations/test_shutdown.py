# FILE SOLUTION 05
"""Graceful shutdown of the web server: what becomes of requests and idle connections."""

import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor

from tests.operations.platform import Platform
from tests.servers.postgres import Postgres
from tests.servers.process import eventually

# gunicorn waits so long for the first byte of a connection, then closes it.
FIRST_BYTE_SECONDS = 5
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


def test_sigterm_lets_requests_end_and_silent_clients_delay_it_briefly(
    platform: Platform, postgres: Postgres
) -> None:
    post = platform.publish("Published during a shutdown")
    path = f"/api/v1/posts/{post}/unpublish/"
    silent = socket.create_connection(("127.0.0.1", platform.port))
    with (
        silent,
        postgres.connect() as editor,
        postgres.connect() as observer,
        ThreadPoolExecutor(1) as pool,
    ):
        with editor.transaction():
            editor.execute("SELECT FROM posts_post WHERE id = %s FOR UPDATE", [post])
            request = pool.submit(platform.ask, path, by="editor", send={})
            eventually(lambda: observer.execute(WAITING).fetchone() == (1,))
            platform.web.send(signal.SIGTERM)
            begin = time.monotonic()
            eventually(lambda: "Handling signal: term" in platform.web.said())
        assert request.result().status == 200
        assert platform.web.wait() == 0
        assert time.monotonic() - begin < FIRST_BYTE_SECONDS + 5
    platform.start_web()
    assert platform.ask(f"/api/v1/posts/{post}/").status == 404  # it was committed
