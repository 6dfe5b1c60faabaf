"""What takes too much of the processor is ended, whether it is Python, a regular expression or SQLite's own work."""

import re
import signal
import sqlite3
from collections.abc import Callable

import pytest

from grader.agent.inside.limited import Overtime, limited_cpu

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def _python(base: sqlite3.Connection) -> None:
    while True:
        pass


def _expression(base: sqlite3.Connection) -> None:
    base.create_function("regexp", 2, lambda pattern, text: bool(re.search(pattern, text)))
    base.execute("SELECT ? REGEXP '^(A+)+$'", ("A" * 50 + "b",))


def _statement(base: sqlite3.Connection) -> None:
    base.execute(ENDLESS)


def _limited(endless: Callable[[sqlite3.Connection], None], base: sqlite3.Connection) -> None:
    with limited_cpu(0.2) as is_over:
        base.set_progress_handler(is_over, 20_000)
        endless(base)


@pytest.mark.parametrize("endless", [_python, _expression, _statement])
def test_what_does_not_end_is_ended(endless: Callable[[sqlite3.Connection], None]) -> None:
    base = sqlite3.connect(":memory:")
    before = signal.getsignal(signal.SIGPROF)
    with pytest.raises(Overtime):
        _limited(endless, base)
    base.close()
    assert signal.getsignal(signal.SIGPROF) is before
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)


def test_another_failure_stays_what_it_is() -> None:
    base = sqlite3.connect(":memory:")
    with pytest.raises(sqlite3.OperationalError, match="no such table"), limited_cpu(5):
        base.execute("SELECT * FROM absent")
    base.close()
