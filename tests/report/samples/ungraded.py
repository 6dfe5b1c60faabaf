"""Results without a grade: practice, nothing measured, a fault of the machine, a project that does not start."""

from dataclasses import replace

from grader.domain.evidence import Evidence, Location
from grader.domain.result import Result
from grader.domain.start import StartFailure
from grader.domain.status import Status
from grader.scoring import score
from tests.report.parts import HOSTILE, PROVENANCE, seen
from tests.report.samples.module import MODULE, TRACEBACK, result


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
