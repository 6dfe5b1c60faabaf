"""What an application is started again with, of what a runbook has exported."""

import pytest

from grader.stage.console import handed_over
from grader.stage.outcome import Failed


def test_no_variable_that_makes_a_program_another_one() -> None:
    own = {"JWT_SIGNING_KEY": "k", "DATABASE_URL": "postgres://", "HOMEPAGE": "1"}
    others = {"LD_PRELOAD": "x.so", "PYTHONPATH": "/tmp", "PATH": "/tmp", "HOME": "/", "PGPASSWORD": "p"}
    assert handed_over(own | others) == own


def test_no_more_than_16_kib() -> None:
    handed_over({"A": "x" * 16_000})
    with pytest.raises(Failed, match="at most 16 KiB"):
        handed_over({"A": "x" * 9_000, "B": "é" * 4_500})
