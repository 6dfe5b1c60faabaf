"""Dependency inversion: what can take the place of clock, mail and search, and what cannot."""

from pathlib import Path

import pytest

from grader.architecture.metrics import INVERSION
from grader.domain.status import Status
from tests.architecture.trees import measured, places

PORT = "from typing import Protocol\n\n\nclass Clock(Protocol):\n    def now(self): ...\n"
ADAPTER = (
    "from django.utils import timezone\n\n\nclass SystemClock:\n    def now(self):\n        return timezone.now()\n"
)
ASKS = "from posts.ports import Clock\n\n\ndef publish(*, clock: Clock):\n    return clock.now()\n"
SEARCH = (
    "from django.contrib.postgres.search import SearchQuery as Q\n\n\n"
    "class Postgres:\n    def find(self, text):\n        return Q(text)\n"
)
DIRECT = {
    "the clock": ("from django.utils import timezone\ndef f():\n    return timezone.now()\n", 3, "system's clock"),
    "Python's clock": ("from datetime import datetime\ndef f():\n    return datetime.now()\n", 3, "system's clock"),
    "the day": ("import datetime as dt\ndef f():\n    return dt.date.today()\n", 3, "system's clock"),
    "seconds": ("from time import time\nclass A:\n    def f(self):\n        return time()\n", 4, "system's clock"),
    "inside of a queryset": (
        "from django.utils.timezone import now\ndef f(q):\n    q.filter(at=now())\n",
        3,
        "system's clock",
    ),
    "given to what is not the project's": (
        "from django.utils.timezone import now\ndef f(q):\n    print(now())\n",
        3,
        "system's clock",
    ),
    "a mail server": ("import smtplib\ndef f():\n    smtplib.SMTP('x').send_message(1)\n", 3, "mail server"),
    "a mail service": ("import sendgrid\ndef f():\n    sendgrid.SendGridAPIClient(1)\n", 3, "mail server"),
    "a mail service of a cloud": ("import boto3\ndef f():\n    boto3.client('ses')\n", 3, "mail server"),
    "a backend by its name": (
        "from django.core import mail\ndef f():\n    mail.get_connection('django.core.mail.backends.smtp.X')\n",
        3,
        "mail server",
    ),
    "a search engine": ("from elasticsearch import Elasticsearch\ndef f():\n    Elasticsearch()\n", 3, "search engine"),
    "PostgreSQL's search": (
        "from django.contrib.postgres.search import SearchRank\ndef f():\n    SearchRank(1, 2)\n",
        3,
        "search engine",
    ),
    "names of another script": ("import time\ndef größe():\n    return time.time()\n", 3, "größe calls time.time"),
}
INVERTED = {
    "a protocol": {"posts/ports.py": PORT, "posts/adapters.py": ADAPTER, "posts/use.py": ASKS},
    "a protocol that is inherited": {
        "posts/ports.py": PORT,
        "posts/adapters.py": "from posts.ports import Clock\n" + ADAPTER.replace("SystemClock", "SystemClock(Clock)"),
        "posts/use.py": ASKS,
    },
    "an abstract class": {
        "posts/ports.py": "import abc\nclass Clock(abc.ABC):\n    @abc.abstractmethod\n    def now(self): ...\n",
        "posts/adapters.py": ADAPTER,
        "posts/use.py": ASKS,
    },
    "a protocol in quotes": {
        "posts/ports.py": PORT,
        "posts/adapters.py": ADAPTER,
        "posts/use.py": ASKS.replace(": Clock", ': "Clock"'),
    },
    "a protocol that an attribute has": {
        "posts/ports.py": PORT,
        "posts/adapters.py": ADAPTER,
        "posts/use.py": "from posts.ports import Clock\n\n\nclass A:\n    clock: Clock | None = None\n",
    },
    "a setting": {
        "config/settings.py": 'CLOCK = "posts.adapters.SystemClock"\n',
        "posts/adapters.py": ADAPTER,
        "posts/use.py": "from django.conf import settings\nfrom django.utils.module_loading import import_string\n"
        "def clock():\n    return import_string(settings.CLOCK)()\n",
    },
    "a setting that names a function": {
        "config/settings.py": 'import env\nCLOCK = env("CLOCK", default="posts.adapters.system_now")\n',
        "posts/adapters.py": "import time\ndef system_now():\n    return time.time()\n",
        "posts/use.py": "from django.conf import settings\nfrom django.utils.module_loading import import_string\n"
        "def now():\n    return import_string(settings.CLOCK)()\n",
    },
    "a setting with a default where it is read": {
        "posts/adapters.py": ADAPTER,
        "posts/use.py": "from django.conf import settings\nfrom django.utils.module_loading import import_string\n"
        'def clock():\n    return import_string(getattr(settings, "CLOCK", "posts.adapters.SystemClock"))()\n',
    },
    "an argument": {
        "posts/use.py": "from django.utils import timezone\nfrom posts.services import create_post\n"
        "def f():\n    create_post(title=1, at=timezone.now())\n"
    },
    "search behind a protocol": {
        "posts/ports.py": "from typing import Protocol\nclass Index(Protocol):\n    def find(self, text): ...\n",
        "posts/adapters.py": SEARCH,
        "posts/use.py": "from posts.ports import Index\ndef f(index: Index): ...\n",
    },
}
FREE = {
    "a function as a default": "from django.utils import timezone\ndef f(now=timezone.now):\n    return now()\n",
    "a field's default": "from django.db import models\nfrom django.utils import timezone\n"
    "class M(models.Model):\n    at = models.DateTimeField(default=timezone.now)\n",
    "a duration": "import time\ndef f():\n    return time.monotonic() - time.perf_counter()\n",
    "a time that is turned": "from django.utils import timezone\ndef f(at):\n    return timezone.localtime(at)\n",
    "Django's mail": "from django.core.mail import send_mail\ndef f():\n    send_mail(1, 2, 3, 4)\n",
    "mistakes of a mail server": "from smtplib import SMTPException\ndef f():\n    raise SMTPException\n",
    "another service of a cloud": "import boto3\ndef f():\n    boto3.client('s3')\n",
    "a field for search": "from django.contrib.postgres import search as s\ndef f():\n    s.SearchVectorField()\n",
}


@pytest.mark.parametrize(("text", "line", "said"), DIRECT.values(), ids=DIRECT)
def test_what_nothing_can_take_the_place_of(text: str, line: int, said: str, tmp_path: Path) -> None:
    found = measured(tmp_path, INVERSION, {"posts/direct.py": text})
    assert (found.status, found.value) == (Status.PASSED, 1), found
    assert places(found) == [f"posts/direct.py:{line}"]
    assert said in found.findings[0].message
    assert "https://" in found.findings[0].remedy


@pytest.mark.parametrize("files", INVERTED.values(), ids=INVERTED)
def test_what_can_be_replaced(files: dict[str, str], tmp_path: Path) -> None:
    found = measured(tmp_path, INVERSION, files)
    assert (found.status, found.value) == (Status.PASSED, 0), [one.message for one in found.findings]


WITHOUT = {
    "a protocol that nobody asks for": ("a protocol", {"posts/use.py": ""}),
    "a class that lacks a method": ("a protocol", {"posts/ports.py": PORT + "    def today(self): ...\n"}),
    "a plain class for a protocol": ("a protocol", {"posts/ports.py": "class Clock:\n    def now(self): ...\n"}),
    "a protocol of nothing": (
        "a protocol",
        {"posts/ports.py": "from typing import Protocol\nclass Clock(Protocol):\n    pass\n"},
    ),
    "a setting that nothing reads": ("a setting", {"posts/use.py": ""}),
    "a setting that names something else": ("a setting", {"config/settings.py": 'CLOCK = "posts.other.Clock"\n'}),
    "a class beside the one that is named": (
        "a setting",
        {"posts/adapters.py": ADAPTER.replace("class SystemClock", "class SystemClock:\n    pass\n\n\nclass Other")},
    ),
    "an argument of something else": (
        "an argument",
        {"posts/use.py": INVERTED["an argument"]["posts/use.py"].replace("posts.services", "elsewhere")},
    ),
}


@pytest.mark.parametrize(("kind", "changed"), WITHOUT.values(), ids=WITHOUT)
def test_half_an_inversion_is_none(kind: str, changed: dict[str, str], tmp_path: Path) -> None:
    found = measured(tmp_path, INVERSION, INVERTED[kind] | changed)
    assert (found.status, found.value) == (Status.PASSED, 1)


@pytest.mark.parametrize("text", FREE.values(), ids=FREE)
def test_what_is_no_reach_for_the_real_thing(text: str, tmp_path: Path) -> None:
    """With nothing else in the project, nothing shows that anything was inverted: that is no success."""
    found = measured(tmp_path, INVERSION, {"posts/direct.py": text})
    assert (found.status, found.value) == (Status.NOT_APPLICABLE, None)
    assert found.reason.startswith("Nothing of the project asks a clock")


@pytest.mark.parametrize(
    "path", ["posts/tests.py", "posts/migrations/0001_x.py", "posts/management/commands/x.py", "config/settings.py"]
)
def test_where_the_real_thing_may_be_asked(path: str, tmp_path: Path) -> None:
    text = "import time\ndef f():\n    return time.time()\n"
    assert measured(tmp_path, INVERSION, {path: text}).status is Status.NOT_APPLICABLE
