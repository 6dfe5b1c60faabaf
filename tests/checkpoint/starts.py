"""What tests of projects that cannot start share: the edits, what the one finding says of them, and how it is asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.domain.evidence import Evidence
from grader.domain.status import Status
from tests.checkpoint.commonest import agrees, of_start

CHECKS = Path(__file__).parent / "data" / "started"
MODELS, URLS = "src/apps/posts/models.py", "src/config/urls.py"
SETTINGS, HELPER = "src/config/settings/testing.py", "src/apps/posts/helper.py"
USES_HELPER = "+\n\nfrom posts import helper\n"
MIGRATION = "src/apps/posts/migrations/0002_more.py"
RUN_SQL = """from django.db import migrations

STATEMENTS = {statements}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("posts", "0001_initial")]
    operations = [migrations.RunSQL(one) for one in STATEMENTS]
"""


@dataclass(frozen=True)
class Stopped:
    """Edits of a project that starts, what the finding says, the line that it names, and a word of the next step."""

    edits: dict[str, str | bytes | None]
    observed: str
    where: str
    advice: str


def statuses(evidence: Evidence) -> dict[str, Status]:
    return {o.criterion: o.status for o in evidence.observations}


def assert_no_check_ran(evidence: Evidence) -> None:
    """Of all that needs the project running: so a broken project takes a start, and not a start for each check."""
    needing = [o for o in evidence.observations if o.criterion not in ("started.file", "started.load")]
    assert {o.status for o in needing} == {Status.BLOCKED}


def one_finding_each(stopped: Mapping[str, Stopped]) -> Callable[..., None]:
    """A test of each: one finding says what happened, where, and what to do, in the words that were read.

    No line of Python's own machinery is in it. A module assigns it to a name that begins with ``test_``.
    """

    @pytest.mark.parametrize("name", stopped)
    def test(run: Callable[..., Evidence], name: str) -> None:
        evidence = run(stopped[name].edits, checks=CHECKS)
        found = evidence.start
        assert found is not None
        assert_no_check_ran(evidence)
        assert stopped[name].observed in found.observed
        assert str(found.where or "").startswith(stopped[name].where)
        assert stopped[name].advice in found.remedy
        assert "manage.py" in found.repeat
        assert "importlib" not in found.traceback
        assert agrees(f"start: {name}", of_start(found))

    return test
