"""Results with a grade: failures of every kind, above the bar, full marks, and with levels."""

from dataclasses import replace

from grader.domain.course import Dimension, Level
from grader.domain.evidence import Location
from grader.domain.result import Changes, LevelVerdict, Result
from grader.domain.status import Status
from tests.report.parts import seen
from tests.report.samples.module import TRACEBACK, result


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


def one_cause() -> Result:
    """Two criteria fail for one reason and a third waits for one of them; and what changed since the last run."""
    text = "a ValidationError on `category` raised at src/apps/posts/models.py:40"
    failed = [
        seen(c, Status.FAILED, expected="it is accepted", observed=f"{text} (blank)", cause=text)
        for c in ("domain.slug-collision", "domain.published-needs-body")
    ]
    earlier = Changes("2026-11-19T10:00:00Z", 58, 100, ("Models and their managers say what they are for",), ())
    return replace(result(*failed), changes=earlier)


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


def full_marks() -> Result:
    """Everything passes."""
    return result()


def levelled() -> Result:
    """A result with the levels of a rubric."""
    levels = (
        LevelVerdict(Dimension.ARCHITECTURE, Level.EXCEEDS, (), ("Commits tell a story",)),
        LevelVerdict(Dimension.SECURITY, Level.MEETS, ("The audit log verifies after tampering", "MFA is enforced")),
        LevelVerdict(Dimension.DOCUMENTATION, Level.EXCEEDS, ()),
        LevelVerdict(Dimension.TESTING, Level.NEEDS_IMPROVEMENT, ("Coverage is enforced in the workflow",)),
        LevelVerdict(Dimension.DELIVERY, Level.MEETS, ("A rollback loses no rows",), ("The runbook reads well",)),
    )
    result = full_marks()
    return replace(
        result,
        assignment="capstone",
        title="Capstone",
        policy="levels/1",
        met=False,
        score=6,
        pass_score=5,
        max_score=10,
        criteria=tuple(replace(c, score=0, max_score=0) for c in result.criteria),
        gates=tuple(replace(g, score=0, max_score=0) for g in result.gates),
        levels=levels,
    )
