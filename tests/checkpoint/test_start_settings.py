"""Settings that need what is not there: the variable or the file is named."""

from tests.checkpoint.starts import (
    SETTINGS,
    Stopped,
    one_finding_each,
)

LOGGING = """+
LOGGING = {
    "version": 1,
    "handlers": {"file": {"class": "logging.FileHandler", "filename": "debug.log"}},
    "root": {"handlers": ["file"]},
}
"""
PORT = """+
import socket

_first, _second = socket.socket(), socket.socket()
_first.bind(("127.0.0.1", 0))
_first.listen()
_second.bind(_first.getsockname())
"""

STOPPED = {
    "a variable that is required": Stopped(
        {SETTINGS: '+\nimport os\n\nSITE_NAME = os.environ["SITE_NAME"]\n'},
        "the settings require the variable `SITE_NAME`, which is not set",
        f"{SETTINGS}:",
        "a default",
    ),
    "a variable that django-environ requires": Stopped(
        {SETTINGS: '+\nSITE_NAME = env.str("SITE_NAME")\n'},
        "the settings require the variable `SITE_NAME`, which is not set",
        f"{SETTINGS}:",
        "a .env file is not read there",
    ),
    "a port that is taken": Stopped(
        {SETTINGS: PORT},
        "OSError: [Errno 98] Address already in use",
        f"{SETTINGS}:",
        "when they are needed, never while a file is imported",
    ),
    "a file that cannot be written": Stopped(
        {SETTINGS: LOGGING},
        "ValueError: Unable to configure handler 'file', because of OSError: [Errno 30] Read-only file system",
        f"{SETTINGS}:",
        "/tmp",
    ),
}


test_one_finding_says_what_and_where_and_what_to_do = one_finding_each(STOPPED)
