"""The questions behind the probes."""

import logging

import pytest
from pytest_mock import MockerFixture

from health.checks import answers, ask_cache


def fail() -> None:
    raise TimeoutError("at db:5432, password secret")


def test_an_error_is_no_answer_and_its_reason_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        assert answers(fail) is False
    assert "fail failed" in caplog.text
    assert "TimeoutError" in caplog.text


def test_a_cache_that_forgets_is_no_cache(mocker: MockerFixture) -> None:
    mocker.patch("health.checks.cache.get", return_value=None)
    with pytest.raises(ConnectionError):
        ask_cache()
