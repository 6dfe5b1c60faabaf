"""Results to render: every status, long and hostile texts, full marks, nothing at all."""

import json
from dataclasses import replace

from grader.domain.course import Dimension, Level, Module
from grader.domain.evidence import Artefact, Evidence, Location, Observation
from grader.domain.result import Changes, GateVerdict, LevelVerdict, Result
from grader.domain.start import StartFailure
from grader.domain.status import Status
from grader.scoring import score
from tests.report.gate_samples import gate_ungraded, gated, shown
from tests.report.parts import DOCS, HOSTILE, PROVENANCE, criterion, seen

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


def _column(name: str, type: str, **more: object) -> dict[str, object]:
    return {"name": name, "type": type, **more}


SCHEMA = {
    "tables": [
        {
            "name": "accounts_user",
            "label": "accounts.User",
            "columns": [
                _column("id", "bigint", pk=True),
                _column("username", "varchar(150)", unique=True),
                _column("email", "varchar(254)"),
                _column("role", "varchar(20)"),
                _column("created_at", "timestamptz"),
            ],
        },
        {
            "name": "posts_category",
            "label": "posts.Category",
            "columns": [
                _column("id", "bigint", pk=True),
                _column("name", "varchar(100)"),
                _column("slug", "varchar(120)", unique=True),
                _column("parent_id", "bigint", null=True),
            ],
        },
        {
            "name": "posts_tag",
            "label": "posts.Tag",
            "columns": [
                _column("id", "bigint", pk=True),
                _column("name", "varchar(50)"),
                _column("slug", "varchar(60)", unique=True),
            ],
        },
        {
            "name": "posts_post",
            "label": "posts.Post",
            "columns": [
                _column("id", "bigint", pk=True),
                _column("title", "varchar(200)"),
                _column("slug", "varchar(220)", unique=True),
                _column("body", "text"),
                _column("status", "varchar(10)"),
                _column("author_id", "bigint"),
                _column("category_id", "bigint", null=True),
                _column("published_at", "timestamptz", null=True),
            ],
        },
        {
            "name": "posts_post_tags",
            "columns": [_column("id", "bigint", pk=True), _column("post_id", "bigint"), _column("tag_id", "bigint")],
        },
        {
            "name": "comments_comment",
            "label": "comments.Comment",
            "columns": [
                _column("id", "bigint", pk=True),
                _column("post_id", "bigint"),
                _column("author_id", "bigint"),
                _column("body", "text"),
                _column("status", "varchar(10)"),
            ],
        },
        {
            "name": "accounts_profile",
            "label": "accounts.Profile",
            "columns": [_column("user_id", "bigint", pk=True), _column("bio", "text")],
        },
        {
            "name": "audit_entry",
            "label": "audit.Entry",
            "columns": [_column("id", "bigint", pk=True), _column("text", "text")],
        },
    ],
    "links": [
        {"table": "posts_post", "column": "author_id", "to": "accounts_user", "on_delete": "PROTECT"},
        {"table": "posts_post", "column": "category_id", "to": "posts_category", "null": True, "on_delete": "SET_NULL"},
        {"table": "posts_category", "column": "parent_id", "to": "posts_category", "null": True},
        {"table": "posts_post_tags", "column": "post_id", "to": "posts_post"},
        {"table": "posts_post_tags", "column": "tag_id", "to": "posts_tag"},
        {"table": "comments_comment", "column": "post_id", "to": "posts_post", "on_delete": "CASCADE"},
        {"table": "comments_comment", "column": "author_id", "to": "accounts_user", "on_delete": "PROTECT"},
        {"table": "accounts_profile", "column": "user_id", "to": "accounts_user", "kind": "one-to-one"},
    ],
}
DIFF = """\
--- a/src/apps/posts/migrations/0001_initial.py
+++ b/src/apps/posts/migrations/0002_domain.py
@@ -8,9 +8,14 @@ class Migration(migrations.Migration):
     operations = [
-        migrations.AddField("post", "is_published", models.BooleanField(default=False)),
+        migrations.AddField("post", "status", models.CharField(max_length=10, default="draft")),
+        migrations.AddField("post", "published_at", models.DateTimeField(null=True)),
+        migrations.RunPython(publish, unpublish),

         migrations.RemoveField("post", "is_published"),
     ]
"""
ARTEFACTS = (
    Artefact(
        "schema", "The schema as your migrations leave it", "er-diagram", json.dumps(SCHEMA), "domain.schema-review"
    ),
    Artefact("migrations", "Your migrations against the starter's", "diff", DIFF, "domain.schema-review"),
    Artefact(
        "indexes",
        "Indexes",
        "table",
        json.dumps(
            [
                {"table": "posts_post", "columns": "status, published_at", "unique": False},
                {"table": "posts_tag", "columns": "slug", "unique": True},
            ]
        ),
        "domain.schema-review",
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


def mixed() -> Result:
    """Failures public and hidden, a blocked criterion, a manual one."""
    slugs = (
        seen(
            "domain.slug-collision",
            Status.FAILED,
            check="slugs::two_posts_one_title",
            sentence="Two posts may share a title; each keeps its own address.",
            expected="two different slugs",
            observed='IntegrityError: duplicate key value violates unique constraint "posts_post_slug_key"',
            where=Location("src/apps/posts/models.py", 42),
            traceback=TRACEBACK,
            public=True,
            duration_s=0.031,
        ),
        seen(
            "domain.slug-collision",
            check="slugs::one_post",
            sentence="One post gets the slug of its title.",
            public=True,
        ),
        seen(
            "domain.slug-collision",
            Status.FAILED,
            check="slugs::odd_titles[japanese]",
            sentence="A title that slugifies to nothing still gets a slug.",
            expected="a slug that is not empty",
            observed="''",
            where=Location("src/apps/posts/models.py", 47),
        ),
    )
    body = (
        seen(
            "domain.published-needs-body",
            Status.FAILED,
            check="rules::published_without_body",
            sentence="A published post without a body is refused, on that field; with one it is accepted.",
            expected="a ValidationError on body",
            observed="no error at all",
            where=Location("src/apps/posts/models.py", 12),
            duration_s=0.02,
        ),
    )
    return result(*slugs, *body, notices=("link.txt is a symbolic link and was left out.",))


def unstarted() -> Result:
    """The project does not start: what needs it running waits, and its files were measured."""
    waiting = [c.id for c in MODULE.criteria if not c.manual and c.id != "domain.docstrings"]
    failure = StartFailure(
        expected="a project that starts",
        observed=f"ValueError: {HOSTILE}, because of OSError: Read-only file system (while the project was starting)",
        remedy="Write to standard output.",
        repeat="poetry run python manage.py check --settings=config.settings.testing",
        where=Location("src/config/settings/testing.py", 12),
        traceback=TRACEBACK,
    )
    evidence = Evidence((*(seen(c, Status.BLOCKED) for c in waiting), seen("domain.docstrings")), start=failure)
    return score(MODULE, evidence, PROVENANCE, scope="full", notices=())


def one_cause() -> Result:
    """Two criteria fail for one reason and a third waits for one of them; and what changed since the last run."""
    text = "a ValidationError on `category` raised at src/apps/posts/models.py:40"
    failed = [
        seen(c, Status.FAILED, expected="it is accepted", observed=f"{text} (blank)", cause=text)
        for c in ("domain.slug-collision", "domain.published-needs-body")
    ]
    earlier = Changes("2026-11-19T10:00:00Z", 58, 100, ("Models and their managers say what they are for",), ())
    return replace(result(*failed), changes=earlier)


def full_marks() -> Result:
    """Everything passes."""
    return result()


def met() -> Result:
    """Above the bar, with one failure."""
    return result(
        seen(
            "domain.docstrings",
            Status.FAILED,
            expected="a docstring on Post",
            observed="none",
            where=Location("src/apps/posts/models.py", 3),
        )
    )


def ungraded() -> Result:
    """One criterion could not be measured, another failed."""
    return result(
        seen(
            "domain.migrations",
            Status.ERRORED,
            fault="SECRET-FAULT: postgres did not start: /srv/grader/checks/hidden/test_x.py",
        ),
        seen("domain.docstrings", Status.FAILED, expected="a docstring on Post", observed="none"),
    )


def practice() -> Result:
    """The public checks only, not official."""
    observations = (
        seen("domain.models", public=True),
        seen(
            "domain.slug-collision",
            Status.FAILED,
            expected="two slugs",
            observed="one slug",
            public=True,
            traceback=TRACEBACK,
        ),
    )
    evidence = Evidence(observations)
    provenance = replace(
        PROVENANCE,
        official=False,
        sandbox="process",
        commit=None,
        database="sqlite",
        environment="course",
        unofficial_because=("The sandbox `process` does not isolate the submission.", "The hidden checks did not run."),
    )
    return score(
        MODULE,
        evidence,
        provenance,
        scope="public",
        notices=(
            "poetry.lock is stale: the course's environment was used instead. Run `poetry lock` and commit the file.",
        ),
    )


def hostile() -> Result:
    """Every text that a submission can reach is an attack."""
    bad = seen(
        "domain.ownership",
        Status.FAILED,
        check=f"x::y[{HOSTILE}]",
        sentence=HOSTILE,
        expected=HOSTILE,
        observed=HOSTILE + "A" * 9000,
        where=Location(HOSTILE, 3),
        traceback=HOSTILE * 3,
        fault="SECRET-FAULT",
        public=True,
    )
    secret = seen(
        "domain.constraints",
        Status.FAILED,
        expected="x",
        observed=HOSTILE,
        traceback="SECRET-TRACEBACK",
        fault="SECRET-FAULT",
    )
    schema = {
        "tables": [{"name": HOSTILE, "label": HOSTILE, "columns": [{"name": HOSTILE, "type": HOSTILE}]}],
        "links": [{"table": HOSTILE, "column": HOSTILE, "to": HOSTILE}],
    }
    artefacts = (
        Artefact("e", HOSTILE, "er-diagram", json.dumps(schema), "domain.schema-review"),
        Artefact("d", HOSTILE, "diff", f"+{HOSTILE}\n-{HOSTILE}", "domain.schema-review"),
        Artefact(
            "t", HOSTILE, "table", json.dumps({"columns": [HOSTILE], "rows": [[HOSTILE]]}), "domain.schema-review"
        ),
        Artefact("u", HOSTILE, "er-diagram", "{" + HOSTILE, "domain.schema-review"),
    )
    provenance = replace(PROVENANCE, submission=HOSTILE, commit=HOSTILE)
    shown = result(bad, secret, artefacts=artefacts, notices=(HOSTILE,), provenance=provenance)
    levels = (LevelVerdict(Dimension.SECURITY, Level.MEETS, (HOSTILE,), (HOSTILE,)),)
    return replace(shown, gates=hostile_gates(), levels=levels)


def hostile_gates() -> tuple[GateVerdict, ...]:
    """A gate with a number and one without, and all the words that could come from a submission."""
    where = (Location(HOSTILE, 3), Location("a.py"))
    texts = dict.fromkeys(("title", "unit", "source", "reason", "hint"), HOSTILE)
    more = {"fault": "SECRET-FAULT", "where": where, "docs": ((HOSTILE, "javascript:alert(1)"),)}
    return tuple(replace(gate, **texts, **more, score=0, max_score=0) for gate in gated().gates[1:4])


def crowded() -> Result:
    """Forty criteria, many cases, long texts."""
    statuses = (Status.PASSED, Status.FAILED, Status.PASSED, Status.PASSED)
    dimensions = tuple(Dimension)
    criteria = tuple(
        criterion(
            f"big.criterion-{n:02d}",
            f"Criterion number {n} asks for " + "something rather long " * (n % 4),
            2 + n % 2,
            n // 5 + 1,
            dimension=dimensions[n % 5],
            hint="Begin with the smallest case. " * (n % 3),
        )
        for n in range(1, 41)
    )
    observations = tuple(
        replace(
            seen(
                c.id,
                statuses[n % 4],
                check=f"big::case[{k}]",
                expected="x" * 300 if n % 8 == 1 else "200",
                observed="\n".join(f"line {i}" for i in range(n)) if n % 4 == 1 else "",
            ),
            public=k == 0,
        )
        for n, c in enumerate(criteria)
        for k in range(7)
    )
    module = Module(3, "03-api", "The API", 80, criteria)
    return score(module, Evidence(observations), PROVENANCE, scope="full", notices=())


def levelled() -> Result:
    """A result with the levels of a rubric."""
    levels = (
        LevelVerdict(Dimension.ARCHITECTURE, Level.EXCEEDS, (), ("Commits tell a story",)),
        LevelVerdict(Dimension.SECURITY, Level.MEETS, ("The audit log verifies after tampering", "MFA is enforced")),
        LevelVerdict(Dimension.DOCUMENTATION, Level.EXCEEDS, ()),
        LevelVerdict(Dimension.TESTING, Level.NEEDS_IMPROVEMENT, ("Coverage is enforced in the workflow",)),
        LevelVerdict(Dimension.DELIVERY, Level.MEETS, ("A rollback loses no rows",), ("The runbook reads well",)),
    )
    return replace(full_marks(), assignment="capstone", title="Capstone", levels=levels)


def empty() -> Result:
    """A run that measured nothing."""
    return score(
        MODULE,
        Evidence(()),
        replace(PROVENANCE, official=False),
        scope="public",
        notices=(),
        criteria=("domain.models",),
    )


_OWN = (mixed, full_marks, met, ungraded, practice, hostile, crowded, empty, unstarted, one_cause)
_ALL = (*_OWN, gated, shown, gate_ungraded, levelled)
SAMPLES = {f.__name__: f for f in _ALL}
