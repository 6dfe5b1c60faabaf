"""What a project says of its deployment: the findings of `check --deploy`, and its URLs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.domain.findings import Finding, Severity
from grader.domain.words import bounded
from grader.stage.program import last_value, run_in_project
from grader.stage.stage import Stage

_PROGRAM = Path(__file__).with_name("survey_inside.py")
_URL = re.compile(r"/[\w./~-]{0,200}", re.ASCII)
_ID = re.compile(r"[\w.]{1,60}", re.ASCII)
_MOST_URLS = 60
_ERROR = 40
# Those of Django's deployment checks that describe a matter of taste, or of the proxy in front.
_MILD = frozenset({"security.W003", "security.W005", "security.W008", "security.W021", "security.W022"})
_REMEDY = "Read what Django says of it: docs.djangoproject.com, “System check framework”, security."


@dataclass(frozen=True, slots=True)
class Survey:
    """Findings of Django's own deployment checks, silenced ones too, and paths that take no arguments."""

    findings: tuple[Finding, ...]
    paths: tuple[str, ...]


class NoSurvey(Exception):
    """The project does not load under its production settings; the message says how that ended."""


def survey(stage: Stage, variables: Mapping[str, str], database: str) -> Survey:
    """Asks the project, under these variables, which name that database. Raises ``NoSurvey``."""
    status, text = run_in_project(stage, _PROGRAM, variables, database=database)
    said = last_value(text) if status == 0 else None
    if not isinstance(said, dict):
        raise NoSurvey(f"`check --deploy` ended with status {status} under {variables['DJANGO_SETTINGS_MODULE']}.")
    return Survey(tuple(_findings(said.get("issues"))), tuple(_paths(said.get("urls"))))


def _findings(issues: Any) -> Iterator[Finding]:
    for issue in issues if isinstance(issues, list) else []:
        name, level = (issue.get("id"), issue.get("level")) if isinstance(issue, dict) else (None, None)
        if not (isinstance(name, str) and _ID.fullmatch(name) and isinstance(level, int)):
            continue
        silenced = " (silenced in the settings, which changes nothing here)" if issue.get("silenced") else ""
        message = bounded(str(issue.get("message"))) + silenced
        yield Finding(name, message, _severity(name, level), None, _REMEDY, source="check --deploy")


def _severity(name: str, level: int) -> Severity:
    if level >= _ERROR:
        return Severity.HIGH
    if name.startswith("security.W"):
        return Severity.LOW if name in _MILD else Severity.MEDIUM
    return Severity.NOTE


def _paths(urls: Any) -> Iterator[str]:
    known = dict.fromkeys(url for url in urls if isinstance(url, str)) if isinstance(urls, list) else {}
    for _, url in zip(range(_MOST_URLS), filter(_URL.fullmatch, known), strict=False):
        yield url
