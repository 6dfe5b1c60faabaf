"""What is shown of a duet: the distribution of latencies with the calibration's beside it, and the words."""

import json
from collections.abc import Sequence

from grader.domain.evidence import Artefact
from grader.gates.performance.duet import Duet
from grader.gates.performance.limits import OWN, P95_MS, UNIT_MS
from grader.gates.performance.plans import Costly
from grader.gates.performance.verdict import Decision, Estimate, Verdict, percentile

_MOST_VALUES = 500


def distribution(heard: Duet) -> Artefact:
    """All latencies, in milliseconds of the machine that the limit is meant for."""
    pairs = [pair for block in heard.blocks for pair in block]
    own, its = ([p.subject.charged for p in pairs], [p.calibration.latency for p in pairs])
    unit = UNIT_MS / percentile(its)
    series = [_series("your answers", own, unit), _series("calibration, in turn with them", its, unit)]
    body = {"unit": "ms", "series": series, "lines": [{"label": "required of 95 %", "value": P95_MS}]}
    title = "How long requests took"
    return Artefact("performance-latency", title, "distribution", json.dumps(body), "performance.p95")


def _series(label: str, seconds: Sequence[float], unit: float) -> dict[str, object]:
    step = -(-len(seconds) // _MOST_VALUES)
    return {"label": label, "values": [round(max(value, 1e-6) * unit, 3) for value in sorted(seconds)[::step]]}


def of_p95(heard: Duet) -> str:
    """The reason of ``performance.p95``."""
    pairs = [pair for block in heard.blocks for pair in block]
    own = percentile([pair.subject.latency for pair in pairs]) * 1000
    its = percentile([pair.calibration.latency for pair in pairs]) * 1000
    text = f"Of {len(pairs)} requests, 95 in 100 took at most {own:.0f} ms here. "
    text += f"The calibration's took {its:.0f} ms, which stands for {UNIT_MS:g}: so this is no matter of the machine."
    return text + _undecided(heard.p95, UNIT_MS, heard.rounds, " ms")


def of_ratio(heard: Duet) -> str:
    """The reason of ``performance.ratio``."""
    words = zip(("latency", "processor time", "latency without waiting"), heard.mean.estimates, strict=True)
    shown = ", ".join(f"{word} {_interval(estimate, 1 / OWN)}" for word, estimate in words)
    return f"To the course's own solution, by the calibration: {shown}." + _undecided(
        heard.mean, 1 / OWN, heard.rounds, ""
    )


def _interval(estimate: Estimate, unit: float) -> str:
    return f"{estimate.value * unit:.2f} ({estimate.low * unit:.2f} to {estimate.high * unit:.2f})"


def _undecided(decision: Decision, unit: float, rounds: int, suffix: str) -> str:
    if decision.verdict is not Verdict.UNDECIDED:
        return ""
    return f" Undecided, {rounds} times: it is at least {decision.value * unit:.2f}{suffix}, and that counts."


def of_step(costly: Costly) -> str:
    """What a costly step of a page does, in a sentence."""
    step, request = costly.step, f"GET /api/v1{costly.page} as {costly.reader}"
    if step.kind == "reads":
        return f"{request} reads all of {step.table} ({step.rows:,} rows)."
    return f"{request} sorts {step.rows:,} rows{f' of {step.table}' if step.table else ''}."


def spared_by(costly: Costly) -> str:
    """What to do about it: the index that is missing, where one would do."""
    step = costly.step
    columns = [*step.held, *(f"{c[1:]} DESC" if c.startswith("-") else c for c in step.order)]
    if not columns:
        return "Give the filter and the order of the page an index together, and ask no more than the page shows."
    named = f"{step.table} ({', '.join(columns)})"
    if costly.index:
        return f"{costly.index} has the columns of {named}, and was not used: ask for no more than a page of its rows."
    return f"No index begins so: add one on {named} to `Meta.indexes`."
