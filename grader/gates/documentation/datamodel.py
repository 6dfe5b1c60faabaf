"""An entity-relationship diagram (Mermaid) held against the models of the running project."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from grader.domain.evidence import MOST_FINDINGS, Finding, Measurement
from grader.domain.findings import Severity
from grader.domain.status import Status
from grader.domain.text import one_line
from grader.domain.words import bounded
from grader.gates.documentation.markdown import Page
from grader.gates.documentation.mermaid import Diagram, diagrams
from grader.gates.documentation.models import Model, Models, NoModels, read_models
from grader.gates.documentation.shown import SOURCE, located
from grader.gates.subject import Subject

METRIC, _UNIT = "documentation.datamodel", "differences"
_REMEDY = "Draw the diagram anew after a change of a model; a command that does so forgets nothing."


def measure(subject: Subject, pages: Mapping[str, Page]) -> Measurement:
    """How many entities, fields and relations are missing or surplus in the diagram with the most entities."""
    found = diagrams(pages.values())
    if not found:
        reason = "No page of the project has an entity-relationship diagram: a block of mermaid with erDiagram."
        return Measurement(METRIC, None, _UNIT, Status.NOT_APPLICABLE, SOURCE, reason)
    try:
        models = read_models(subject)
    except NoModels as reason:
        return Measurement(METRIC, None, _UNIT, Status.FAILED, SOURCE, str(reason))
    whole = max(found, key=lambda diagram: len(diagram.entities))
    differing = list(differences(whole, models))
    where = tuple(dict.fromkeys(finding.where for finding in differing if finding.where))[:MOST_FINDINGS]
    shown = tuple(differing[:MOST_FINDINGS])
    return Measurement(METRIC, len(differing), _UNIT, Status.PASSED, SOURCE, where=where, findings=shown)


def differences(diagram: Diagram, models: Models) -> Iterator[Finding]:
    """Each difference, by its place in the diagram where it has one."""
    names = _named(models)
    drawn = {name: names.get(_key(name)) for name in dict.fromkeys([*diagram.entities, *_related(diagram)])}
    there = {model.label for model in drawn.values() if model}
    for model in models.models:
        if model.own and model.label not in there:
            yield _finding(diagram, "missing", f"{model.label} is a model of the project and is not drawn.")
    for name, known in drawn.items():
        line = diagram.placed.get(name)
        if known is None:
            yield _finding(diagram, "surplus", f"{_shown(name)} is drawn and is no model of the project.", line)
        elif name in diagram.entities and known.own:
            yield from _fields(diagram, name, known)
    yield from _relations(diagram, drawn, models)


def _named(models: Models) -> dict[str, Model]:
    """The models by what a diagram may call them: own ones come before those of packages."""
    found: dict[str, Model] = {}
    for model in sorted(models.models, key=lambda model: not model.own):
        for name in (model.label, model.name, model.table):
            found.setdefault(_key(name), model)
    return found


def _key(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()


def _related(diagram: Diagram) -> Iterator[str]:
    for left, right, _, _ in diagram.relations:
        yield from (left, right)


def _fields(diagram: Diagram, name: str, model: Model) -> Iterator[Finding]:
    drawn = diagram.entities[name]
    for column, field in model.fields.items():
        if column not in drawn and field not in drawn:
            message = f"{model.label} has the field {field}, which is not drawn."
            yield _finding(diagram, "missing", message, diagram.placed.get(name))
    known = {*model.fields, *model.fields.values()}
    for field, line in drawn.items():
        if field not in known:
            message = f"{_shown(name)} is drawn with {_shown(field)}, which is no field of {model.label}."
            yield _finding(diagram, "surplus", message, line)


def _relations(diagram: Diagram, drawn: Mapping[str, Model | None], models: Models) -> Iterator[Finding]:
    """Those between known entities, as pairs without direction; how many of each, whatever they are called."""
    wanted = Counter(_pair(r.one, r.other) for r in models.relations if not r.free)
    free = Counter(_pair(r.one, r.other) for r in models.relations if r.free)
    for left, right, _, line in diagram.relations:
        one, other = drawn[left], drawn[right]
        if one is None or other is None:
            continue
        pair = _pair(one.label, other.label)
        left_over = wanted if wanted[pair] else free
        if not left_over[pair]:
            message = f"A relation of {one.label} and {other.label} is drawn, and there is no such field."
            yield _finding(diagram, "surplus", message, line)
        left_over[pair] -= 1
    for pair, count in wanted.items():
        if count > 0:
            ends = " and ".join(pair)
            yield _finding(diagram, "missing", f"{count} relation of {ends} is not drawn.")


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one <= other else (other, one)


def _shown(name: str) -> str:
    return one_line(bounded(name, 60))


def _finding(diagram: Diagram, rule: str, message: str, line: int | None = None) -> Finding:
    place = located(diagram.page.path, line or diagram.line)
    return Finding(f"datamodel.{rule}", message, Severity.LOW, place, _REMEDY, source=SOURCE)
