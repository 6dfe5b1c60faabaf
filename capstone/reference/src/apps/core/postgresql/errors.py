# FILE SOLUTION 05
"""What PostgreSQL says of an error, without the values that it says it about.

Its DETAIL names the key that is taken, or the whole row that a CHECK refuses, password hash
included; its LINE shows the statement with its values. All of that is in `str(error)`, and with it
in log lines, span events and error reports. So it is taken out where the driver raises the error,
before anybody can record it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

# SQLSTATE classes whose primary message quotes what was sent: data exceptions, syntax errors.
QUOTING = ("22", "42601")


@contextmanager
def without_values() -> Iterator[None]:
    """Take the values out of whatever error the driver raises in it."""
    try:
        yield
    except psycopg.Error as error:
        remove_values(error)
        raise


def remove_values(error: psycopg.Error) -> None:
    """Leave the message, if it quotes nothing, and the names of what it is about.

    What the client says itself, such as that it cannot connect, has no SQLSTATE, and stays.
    `error.diag` still knows everything, for code that asks for it.
    """
    diag = error.diag
    if diag.sqlstate is None:
        return
    quotes = diag.sqlstate.startswith(QUOTING)
    message = type(error).__name__ if quotes else diag.message_primary
    names = (diag.table_name, diag.column_name, diag.constraint_name)
    about = ", ".join(name for name in names if name)
    error.args = (f"{message} [{diag.sqlstate}{about and ': '}{about}]",)
