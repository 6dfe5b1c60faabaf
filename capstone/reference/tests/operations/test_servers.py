# FILE GIVEN 05
"""The servers that tests lean on, by themselves."""

import smtplib

from tests.servers.postgres import Postgres
from tests.servers.redis import Redis
from tests.servers.smtp import Smtp


def test_postgresql_keeps_its_data_when_it_is_stopped(postgres: Postgres) -> None:
    postgres.create("kept")
    with postgres.connect("kept") as connection:
        connection.execute("CREATE TABLE word AS SELECT 'hello' AS said")
    postgres.stop()
    postgres.start()
    with postgres.connect("kept") as connection:
        assert connection.execute("SELECT said FROM word").fetchone() == ("hello",)


def test_redis_answers(redis: Redis) -> None:
    assert redis.client().ping()


def test_mail_is_taken(smtp: Smtp) -> None:
    with smtplib.SMTP("127.0.0.1", smtp.port) as client:
        client.sendmail("a@example.org", ["b@example.org"], "Subject: Hello\n\nWell.")
    assert smtp.messages[-1]["Subject"] == "Hello"
