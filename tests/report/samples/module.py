"""The module of most samples, and how its result comes of observations."""

from grader.domain.course import Dimension, Module
from grader.domain.evidence import Evidence, Observation
from grader.domain.result import Result
from grader.scoring import score
from tests.report.parts import DOCS, PROVENANCE, criterion, seen
from tests.report.samples.artefacts import ARTEFACTS

MODULE = Module(
    number=2,
    slug="02-domain-modeling",
    title="Domain modeling",
    pass_score=80,
    criteria=(
        criterion("domain.models", "The five models stand, with their fields and relations", 12, 1),
        criterion(
            "domain.slug-collision",
            "Two posts may share a title; each keeps its own address",
            14,
            3,
            hint="Look for a taken slug before you save; the database has the last word: two may look at once.",
            docs=(*DOCS, ("Unique constraints", "https://docs.djangoproject.com/en/stable/ref/models/constraints/")),
        ),
        criterion("domain.slug-race", "Two saves at once both succeed", 8, 3, requires=("domain.slug-collision",)),
        criterion(
            "domain.published-needs-body",
            "A published post without a body is refused, on that field",
            10,
            2,
            hint="clean() is where a model says what it will not be.",
            docs=DOCS,
        ),
        criterion("domain.ownership", "Only those may edit a post who should", 16, 4, dimension=Dimension.SECURITY),
        criterion(
            "domain.constraints", "The database refuses what clean() refuses", 16, 2, dimension=Dimension.SECURITY
        ),
        criterion(
            "domain.migrations",
            "Migrations run forwards, backwards and with data in them",
            16,
            5,
            dimension=Dimension.DELIVERY,
        ),
        criterion(
            "domain.docstrings",
            "Models and their managers say what they are for",
            8,
            6,
            dimension=Dimension.DOCUMENTATION,
        ),
        criterion(
            "domain.schema-review",
            "The schema reads well to a colleague",
            0,
            7,
            manual=True,
            hint="Names, types, and what is not there.",
        ),
    ),
)
TRACEBACK = """\
Traceback (most recent call last):
  File "src/apps/posts/models.py", line 42, in save
    self.slug = unique_slug(self)
  File "src/apps/posts/slugs.py", line 9, in unique_slug
    raise ValueError(candidate)
ValueError: hello-2
"""


def result(*observations: Observation, **more: object) -> Result:
    """The module judged by these observations; what they do not name passes."""
    named = {o.criterion for o in observations}
    passed = tuple(seen(c.id, public=True) for c in MODULE.criteria if c.id not in named and not c.manual)
    given = {"scope": "full", "notices": ()} | more
    provenance = given.pop("provenance", PROVENANCE)
    evidence = Evidence(observations + passed, artefacts=given.pop("artefacts", ARTEFACTS))  # type: ignore[arg-type]
    return score(MODULE, evidence, provenance, **given)  # type: ignore[arg-type]
