"""Workflows of GitHub: the published schema, and the course's own rules; zizmor, where it is installed, beside them."""

import json
import re
from collections.abc import Iterator
from typing import Any

from grader.domain.evidence import Finding, Measurement
from grader.gates.operations.files import (
    Document,
    Files,
    absent,
    finding,
    items,
    line_of,
    mapping,
    measured,
    names,
)
from grader.gates.operations.zizmor import zizmor_notes
from grader.tools.compose import workflow_problems

METRIC = "operations.workflows"
_SOURCE = "check-jsonschema and the operations gate"
_NAMED = re.compile(r"\.github/workflows/[^/]+\.ya?ml")
_COMMIT = re.compile(r"[\w./-]{1,200}@[0-9a-f]{40}")
_OFFICIAL = re.compile(r"(?:actions|github)/[\w./-]{1,200}@v?\d[\w.]{0,30}")
_IMAGE = re.compile(r"docker://[^\s@]{1,200}@sha256:[0-9a-f]{64}")
# What somebody else writes, put into a script as it is.
_INJECTED = re.compile(
    r"\$\{\{[^}]{0,200}?\b(?:github\.head_ref|github\.event\.(?:\w+\.){0,4}(?:title|body|message|name|email|label|ref|page_name"
    r"|default_branch)|inputs\.\w+|github\.event\.inputs\.\w+)\b[^}]{0,200}\}\}"
)
_OTHERS_CODE = re.compile(r"github\.event\.pull_request\.head|github\.head_ref|refs/pull/")
_MOST_STEPS = 300


def measure(files: Files) -> Measurement:
    """How many things there are to mend in all workflows."""
    paths = files.named(_NAMED)
    if not paths:
        return absent(METRIC, "The project has no workflows of GitHub.")
    found: list[Finding] = []
    for path in paths:
        for document in files.documents(path, "workflows.unreadable"):
            found += _wrong(document)
    return measured(METRIC, [*files.problems, *found, *zizmor_notes(files)], _SOURCE)


def _wrong(document: Document) -> Iterator[Finding]:
    for problem in workflow_problems(document.value):
        yield finding("workflows.schema", problem, document.path)
    workflow = mapping(document.value)
    events = workflow.get("on", workflow.get(True))
    jobs = dict(list(names(workflow.get("jobs")).items())[:50])
    for name, job in jobs.items():
        line = line_of(document.text, f"\n  {name}:", document.line) + 1
        for rule, message, remedy in _job(workflow, job, _names_of(events)):
            yield finding(f"workflows.{rule}", f"{name}: {message}", document.path, line, remedy=remedy)
        for step in items(job.get("steps"))[:_MOST_STEPS]:
            yield from _step(document, name, mapping(step))


def _names_of(events: Any) -> set[str]:
    return {str(event) for event in events} if isinstance(events, dict | list) else {str(events)}


def _job(workflow: dict[Any, Any], job: dict[Any, Any], events: set[str]) -> Iterator[tuple[str, str, str]]:
    if "permissions" not in workflow and "permissions" not in job:
        yield "permissions", "it has whatever rights the repository gives.", "Write permissions: {contents: read}."
    if "write-all" in (workflow.get("permissions"), job.get("permissions")):
        yield "permissions", "it may write everything.", "Name the permissions that it needs."
    if "timeout-minutes" not in job and "uses" not in job:
        yield "timeout", "it may hang for six hours.", "Set timeout-minutes."
    if uses := job.get("uses"):
        yield from _uses(str(uses))
    if "pull_request_target" in events and _OTHERS_CODE.search(json.dumps(job, default=str)):
        yield "others-code", "it runs code of a pull request with the rights of this repository.", "Use pull_request."


def _uses(uses: str) -> Iterator[tuple[str, str, str]]:
    fine = uses.startswith("./") or any(p.fullmatch(uses) for p in (_COMMIT, _OFFICIAL, _IMAGE))
    if not fine:
        remedy = "Name the hash of a commit, with the version in a comment."
        yield "unpinned", f"{uses[:100]} is whatever its owner makes of it tomorrow.", remedy


def _step(document: Document, job: str, step: dict[Any, Any]) -> Iterator[Finding]:
    found = list(_uses(str(step["uses"]))) if step.get("uses") else []
    scripts = [str(step.get("run", "")), str(mapping(step.get("with")).get("script", ""))]
    for script in scripts:
        if injected := _INJECTED.search(script[:20_000]):
            remedy = 'Give it to the step as a variable in env, and write "$NAME" in the script.'
            found.append(("injection", f"{injected[0][:80]} becomes part of the script, whatever it says.", remedy))
    for rule, message, remedy in found:
        words = str(step.get("uses")) if rule == "unpinned" else message.partition("}}")[0]
        line = line_of(document.text, words, document.line)
        yield finding(f"workflows.{rule}", f"{job}: {message}", document.path, line, remedy=remedy)
