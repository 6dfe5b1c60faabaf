"""A result in which every text that a submission can reach is an attack."""

import json
from dataclasses import replace

from grader.domain.course import Dimension, Level
from grader.domain.evidence import Artefact, Location
from grader.domain.result import GateVerdict, LevelVerdict, Result
from grader.domain.status import Status
from tests.report.gate_samples import gated
from tests.report.parts import HOSTILE, PROVENANCE, seen
from tests.report.samples.module import result


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
