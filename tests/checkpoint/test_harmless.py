"""Projects with something odd in them that does no harm: they start, and every check finds what it finds elsewhere."""

from pathlib import Path

import pytest

from grader.domain.status import Status

CHECKS = Path(__file__).parent / "data" / "started"
MODELS, HELPER = "src/apps/posts/models.py", "src/apps/posts/helper.py"
SETTINGS = "src/config/settings/testing.py"
SERVER = """import subprocess
import sys
import threading
import time

from django.apps import AppConfig


class PostsConfig(AppConfig):
    name = "posts"

    def ready(self):
        subprocess.Popen([sys.executable, "-m", "http.server", "8000"])
        threading.Thread(target=time.sleep, args=(3600,)).start()
"""
ODD = {
    "words without end": {MODELS: "+\n\nfor _ in range(300_000):\n    print('debug: loading the models ' * 7)\n"},
    "a server that never ends": {"src/apps/posts/apps.py": SERVER},
    "another language and moving clocks": {SETTINGS: '+\nLANGUAGE_CODE = "tr"\nTIME_ZONE = "America/Santiago"\n'},
    "a module called as one of Python's": {"src/apps/random.py": '"""Random titles for the demo data."""\n'},
    "byte order marks and line ends of Windows": {
        HELPER: b"\xef\xbb\xbf# Helps.\r\nA = 1\r\n",
        MODELS: "+\r\n\r\nfrom posts import helper\r\n",
    },
    "a database that was committed": {"db.sqlite3": b"SQLite format 3\0" + bytes(80)},
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_and_does_no_harm_changes_nothing(run, name: str) -> None:
    evidence = run(ODD[name], checks=CHECKS)
    assert evidence.start is None
    assert {o.status for o in evidence.observations} == {Status.PASSED}
