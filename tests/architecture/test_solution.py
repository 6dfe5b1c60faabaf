"""The course's own solution 05 by these measures, and edits of it that each break one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.architecture.measure import measure
from grader.architecture.metrics import CYCLES, DUPLICATION, FAT_VIEWS, INVERSION, LAYERS, METRICS
from grader.course import load_course
from grader.course.projection import project_tree
from grader.course.rubric import load_rubric
from grader.domain.course import Dimension, State
from grader.domain.evidence import Measurement
from grader.domain.layout import COURSE
from grader.domain.status import Status

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
APPS = "src/apps"


@pytest.fixture(scope="module")
def solution(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("solution")
    for path, (data, _) in project_tree(load_course(ROOT), State(5, True)).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return root


def measured(root: Path) -> Mapping[str, Measurement]:
    files = [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]
    return {found.metric: found for found in measure(root, files, COURSE, METRICS)}


@pytest.fixture(scope="module")
def before(solution: Path) -> Mapping[str, Measurement]:
    return measured(solution)


def test_it_meets_what_the_rubric_asks(before: Mapping[str, Measurement]) -> None:
    (asked,) = (one for one in load_rubric(load_course(ROOT)).dimensions if one.dimension is Dimension.ARCHITECTURE)
    names = [name for descriptor in asked.meets for name in descriptor.evidence if name in METRICS]
    assert names == [FAT_VIEWS, DUPLICATION]
    assert [(before[name].value, before[name].findings) for name in names] == [(0, ())] * len(names)


def test_everything_is_measured_of_it(before: Mapping[str, Measurement]) -> None:
    assert {found.status for found in before.values()} == {Status.PASSED}


@dataclass(frozen=True)
class Mutant:
    """An edit of one file of the solution: what is replaced, and the measure that has one finding more by it."""

    metric: str
    path: str
    old: str
    new: str
    place: str


COPIED = """

def _shown(request: Request, row: Any, fields: Any) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    for field in fields:
        value = getattr(row, field.name, None)
        if value is None and not field.is_required:
            continue
        if field.is_secret and not request.user.is_staff:
            value = "*" * len(value)
        answer[field.name] = field.shown(value)
    if request.user.is_staff:
        answer["created_at"] = row.created_at
        answer["updated_at"] = row.updated_at
    return answer
"""
BRANCHES = "".join(f"        if request.path == '/{n}':\n            kwargs['x'] = {n}\n" for n in range(10))
MUTANTS = {
    "a view that saves": Mutant(
        LAYERS,
        f"{APPS}/comments/views.py",
        "        delete_comment(comment=instance, by=self.request.user)\n",
        "        instance.delete()\n",
        f"{APPS}/comments/views.py",
    ),
    "a view that leaves creating to the serializer": Mutant(
        LAYERS,
        f"{APPS}/posts/views.py",
        "create_post(\n            by=self.request.user, **serializer.validated_data\n        )\n",
        "serializer.save(author=self.request.user)\n",
        f"{APPS}/posts/views.py",
    ),
    "a view that calls what it stands in for": Mutant(
        LAYERS,
        f"{APPS}/posts/views.py",
        '        """With its comments."""\n        delete_post(post=instance, by=self.request.user)\n',
        "        super().perform_destroy(instance)\n",
        f"{APPS}/posts/views.py",
    ),
    "an update in the admin": Mutant(
        LAYERS,
        f"{APPS}/posts/admin.py",
        "\n\n@admin.register",
        "\n\ndef publish(admin, request, queryset):\n    queryset.update(status='published')\n\n\n@admin.register",
        f"{APPS}/posts/admin.py",
    ),
    "a service that raises REST framework's errors": Mutant(
        LAYERS,
        f"{APPS}/posts/services.py",
        "from django.core.exceptions import PermissionDenied\n",
        "from rest_framework.exceptions import PermissionDenied\n",
        f"{APPS}/posts/services.py",
    ),
    "what is below imports an app": Mutant(
        CYCLES,
        f"{APPS}/core/slugs.py",
        "from django.utils.text import slugify\n",
        "from django.utils.text import slugify\n\nfrom posts.models import Post  # noqa: F401\n",
        f"{APPS}/core",
    ),
    "what is below imports an app in a function": Mutant(
        CYCLES,
        f"{APPS}/posts/querysets.py",
        "",
        "\n\ndef visits():\n    from analytics.models import Visit\n\n    return Visit\n",
        f"{APPS}/analytics",
    ),
    "a complex view": Mutant(
        FAT_VIEWS,
        f"{APPS}/comments/views.py",
        "        act = super().create\n",
        f"{BRANCHES}        act = super().create\n",
        f"{APPS}/comments/views.py",
    ),
    "a long view": Mutant(
        FAT_VIEWS,
        f"{APPS}/posts/views.py",
        "        act = super().retrieve\n",
        "        x = 1\n" * 45 + "        act = super().retrieve\n",
        f"{APPS}/posts/views.py",
    ),
    "logic that is copied": Mutant(
        DUPLICATION,
        f"{APPS}/posts/views.py",
        "",
        COPIED + COPIED.replace("_shown", "_hidden"),
        f"{APPS}/posts/views.py",
    ),
    "a clock that is asked directly": Mutant(
        INVERSION,
        f"{APPS}/audit/services.py",
        "",
        "\n\ndef today():\n    import datetime\n\n    return datetime.date.today()\n",
        f"{APPS}/audit/services.py",
    ),
    "a mail server that is named": Mutant(
        INVERSION,
        f"{APPS}/mail/services.py",
        "        message.send()\n",
        "        from smtplib import SMTP\n\n        SMTP(settings.EMAIL_HOST).send_message(message)\n",
        f"{APPS}/mail/services.py",
    ),
}


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_an_edit_breaks_the_one_that_it_is_about(
    mutant: Mutant, solution: Path, before: Mapping[str, Measurement]
) -> None:
    path = solution / mutant.path
    whole = path.read_text()
    assert mutant.old == "" or whole.count(mutant.old) >= 1
    try:
        path.write_text(whole.replace(mutant.old, mutant.new, 1) if mutant.old else whole + mutant.new)
        after = measured(solution)
    finally:
        path.write_text(whole)
    changed = {metric for metric in METRICS if after[metric].value != before[metric].value}
    assert changed == {mutant.metric}, {m: after[m].reason for m in METRICS}
    found, known = after[mutant.metric], before[mutant.metric]
    assert (found.value or 0) > (known.value or 0)
    new = {one.message for one in found.findings} - {one.message for one in known.findings}
    assert new
    assert any(mutant.place in f"{one.where}\n{one.detail}" for one in found.findings if one.message in new)
