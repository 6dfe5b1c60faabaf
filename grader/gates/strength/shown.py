"""What a person is shown of test strength: survivors as diffs with a question, operators as bars, a public report."""

import difflib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from grader.domain.evidence import MUTATION_REPORT, Artefact
from grader.domain.findings import Finding, Severity
from grader.domain.location import Location
from grader.gates.strength.mutant import QUESTIONS, Mutant
from grader.gates.suite.sources import Sources

_CONTEXT = 1


def change(sources: Sources, mutant: Mutant) -> str:
    """It as a unified diff."""
    text = sources.text(mutant.path)
    lines = difflib.unified_diff(
        text.splitlines(), mutant.applied(text).splitlines(), mutant.path, mutant.path, n=_CONTEXT, lineterm=""
    )
    return "\n".join(lines)


def survivors(sources: Sources, alive: Iterable[Mutant]) -> Iterator[Finding]:
    """Each change that no test noticed, with the question that a test should have asked."""
    for mutant in alive:
        yield Finding(
            f"strength.{mutant.operator}",
            f"No test notices when line {mutant.line} is changed.",
            Severity.LOW,
            Location(mutant.path, mutant.line),
            QUESTIONS[mutant.operator],
            detail=change(sources, mutant),
        )


def artefacts(
    sources: Sources, noticed: Sequence[tuple[Mutant, str]], alive: Sequence[Mutant], metric: str
) -> Iterator[Artefact]:
    """The kinds of changes as bars, the survivors as a diff, and all of them for other programs."""
    yield bars(noticed, alive, metric)
    yield diff(sources, alive, metric)
    body = json.dumps(report(sources, noticed, alive))
    yield Artefact("strength-report", "Mutation testing report", MUTATION_REPORT, body, metric)


def bars(noticed: Sequence[tuple[Mutant, str]], alive: Sequence[Mutant], metric: str) -> Artefact:
    """The share that was noticed, for each kind of change."""
    killed = Counter(mutant.operator for mutant, _ in noticed)
    total = killed + Counter(mutant.operator for mutant in alive)
    each = [
        {
            "label": name,
            "value": round(100 * killed[name] / count, 1),
            "note": f"{killed[name]} of {count}",
        }
        for name, count in sorted(total.items())
    ]
    body = json.dumps({"unit": "%", "bars": each})
    return Artefact("strength-operators", "Changes that your tests notice, by kind", "bars", body, metric)


def diff(sources: Sources, alive: Sequence[Mutant], metric: str) -> Artefact:
    """All survivors, one below the other."""
    body = "\n".join(f"{change(sources, mutant)}\n# {QUESTIONS[mutant.operator]}" for mutant in alive)
    return Artefact("strength-survivors", "Changes that no test notices", "diff", body, metric)


def report(sources: Sources, noticed: Sequence[tuple[Mutant, str]], alive: Sequence[Mutant]) -> dict[str, Any]:
    """The same in the public mutation-testing-report schema, version 2."""
    files: dict[str, Any] = {}
    for status, mutant, by in [("Killed", m, by) for m, by in noticed] + [("Survived", m, "") for m in alive]:
        text = sources.text(mutant.path)
        file = files.setdefault(mutant.path, {"language": "python", "source": text, "mutants": []})
        file["mutants"].append(
            {
                "id": f"{mutant.path}:{mutant.start}:{mutant.operator}:{len(file['mutants'])}",
                "mutatorName": mutant.operator,
                "replacement": mutant.new,
                "location": {"start": _place(text, mutant.start), "end": _place(text, mutant.end)},
                "status": status,
                **({"killedBy": [by]} if by else {}),
            }
        )
    return {"schemaVersion": "2", "thresholds": {"high": 80, "low": 60}, "files": files}


def _place(text: str, offset: int) -> dict[str, int]:
    line = text.count("\n", 0, offset)
    return {"line": line + 1, "column": offset - (text.rfind("\n", 0, offset) + 1) + 1}
