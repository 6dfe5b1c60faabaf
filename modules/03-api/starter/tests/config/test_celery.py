"""The worker's entry point."""

from config.celery import app


def test_the_worker_reads_djangos_settings() -> None:
    assert app.conf.broker_url == "memory://"
    assert app.conf.task_ignore_result is True
