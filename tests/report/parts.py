"""What all samples of results are made of."""

from grader.domain.course import Criterion, Dimension
from grader.domain.evidence import Observation
from grader.domain.result import Provenance
from grader.domain.status import Status

HOSTILE = (
    "</pre><script>alert(1)</script><img src=x onerror=alert(1)> \x1b[31mred\x1b[0m \u202egnp.exe "
    "`code` ``` | pipe | [a](javascript:alert(1)) @octocat #1 https://evil.example\r\n::error::boom %0A ##[group]x "
    "{{ 7*7 }} ]]> &amp; \x00 \u200b end"
)
DOCS = (("Model.save()", "https://docs.djangoproject.com/en/stable/ref/models/instances/#saving-objects"),)

PROVENANCE = Provenance(
    grader_version="0.1.0",
    submission="ada/blog",
    commit="3f9c2a7d1e0b4c5f8a6d9e2b1c0f7a8d5e4b3c2a",
    tree_hash="b1946ac92492d2347c6235b4d2611184f3c1a9d0",
    seed=271828,
    sandbox="bubblewrap",
    official=True,
    database="postgres",
    environment="submission",
    environment_hash="9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab",
    checks_hash="2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    python="3.12.1",
    started_at="2026-11-20T09:30:00Z",
    duration_s=12.4,
)


def criterion(id: str, title: str, points: int, task: int, **more: object) -> Criterion:
    """A criterion with a hint and a link."""
    given = {"hint": "", "docs": (), "dimension": Dimension.ARCHITECTURE} | more
    return Criterion(id, title, points, task, **given)  # type: ignore[arg-type]


def seen(criterion: str, status: Status = Status.PASSED, **more: object) -> Observation:
    """An observation of a criterion."""
    given = {"check": f"{criterion.removeprefix('domain.')}::case", "sentence": "It does what the brief says."} | more
    return Observation(criterion=criterion, status=status, **given)  # type: ignore[arg-type]
