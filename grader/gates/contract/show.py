"""What a person looks at: which operation was answered how, what each run came to, what descriptions lack."""

import json
from collections.abc import Mapping

from grader.domain.evidence import Artefact
from grader.domain.words import bounded
from grader.gates.contract.contract_run import Ran
from grader.gates.contract.findings import Exercised

_MOST_ROWS = 100


def exercised(seen: Exercised) -> Artefact:
    """Operations by the statuses that they were answered with; beside each the roles that got it."""
    columns = sorted({status for statuses in seen.statuses.values() for status in statuses})
    rows = [
        {"label": bounded(label, 100), "cells": [_cell(statuses.get(status)) for status in columns]}
        for label, statuses in list(seen.statuses.items())[:_MOST_ROWS]
    ]
    names = [str(status) if status else "none" for status in columns]
    body = {"corner": "Operation", "columns": names, "rows": rows}
    return Artefact("contract-operations", "What each operation answered", "grid", _json(body), "contract.operations")


def _cell(roles: set[str] | None) -> dict[str, str]:
    return {"state": "yes", "note": ", ".join(sorted(roles))} if roles else {"state": "none", "note": ""}


def runs(ran: Ran) -> Artefact:
    """Phases and roles, with the number of cases and of those that failed."""
    rows = []
    for report in ran.reports[:_MOST_ROWS]:
        cases = report.get("test_cases")
        counts = cases if isinstance(cases, dict) else {}
        words = [str(report.get(key))[:60] for key in ("phase", "role")]
        numbers = [counts.get("generated"), counts.get("with_failures"), report.get("cpu_s")]
        rows.append(words + [str(number)[:20] for number in numbers])
    body = {"columns": ["Phase", "As", "Cases", "Failed", "Processor time of the tool (s)"], "rows": rows}
    return Artefact("contract-runs", "What was asked", "table", _json(body), "contract.failures")


def documented(broken: Mapping[str, tuple[tuple[str, str], ...]]) -> Artefact:
    """Operations by the rules of the floor."""
    rules = sorted({rule for lacking in broken.values() for rule, _ in lacking}) or ["all rules"]
    rows = []
    for label, lacking in list(broken.items())[:_MOST_ROWS]:
        lacks = dict(lacking)
        cells = [{"state": "no" if rule in lacks else "yes", "note": lacks.get(rule, "")} for rule in rules]
        rows.append({"label": bounded(label, 100), "cells": cells})
    body = {"corner": "Operation", "columns": rules, "rows": rows}
    return Artefact(
        "contract-documentation", "What each description has", "grid", _json(body), "contract.documentation"
    )


def _json(body: object) -> str:
    return json.dumps(body, ensure_ascii=False)
