"""Style: what ruff finds by the course's configuration."""

import json
import re
from collections.abc import Iterable, Iterator
from importlib.metadata import version

from grader.domain.errors import EnvironmentError_
from grader.domain.evidence import Location, Measurement
from grader.domain.status import Status
from grader.gates.subject import Subject
from grader.tools.tool import Tool, run

_METRIC, _UNIT = "style.ruff", "findings"
_MOST_PLACES = 20
# Neither its configuration nor its comments turn a rule off, and nothing of it is left out.
_OPTIONS = ("check", "--config", "/tools/ruff.toml", "--no-cache", "--ignore-noqa", "--no-respect-gitignore")
_FOUND, _CLEAN = 1, 0
_PATH = re.compile(r"/submission/([\w./ -]{1,300})")


class StyleGate:
    """Keeps ``Gate``."""

    def measure(self, subject: Subject, metrics: frozenset[str]) -> Iterable[Measurement]:
        """How many findings there are, and where the first twenty of them."""
        arguments = (*_OPTIONS, "--output-format", "json", "--quiet", "/submission")
        output = run(
            Tool.beside_grader("ruff", *arguments, configuration=("ruff.toml",)),
            subject.sandbox,
            submission=subject.submission,
            deps=subject.deps,
        )
        if output.status not in (_FOUND, _CLEAN):
            raise EnvironmentError_(f"ruff ended with {output.status}: {output.text[:300]}", "Run `grader doctor`.")
        findings = json.loads(output.text)
        where = tuple(place for _, place in zip(range(_MOST_PLACES), _places(findings), strict=False))
        yield Measurement(_METRIC, len(findings), _UNIT, Status.PASSED, f"ruff {version('ruff')}", where=where)


def _places(findings: list[dict[str, object]]) -> Iterator[Location]:
    for finding in findings:
        path = _PATH.fullmatch(str(finding.get("filename")))
        location = finding.get("location")
        row = location.get("row") if isinstance(location, dict) else None
        if path:
            yield Location(path[1], row if isinstance(row, int) else None)


GATE = StyleGate()
