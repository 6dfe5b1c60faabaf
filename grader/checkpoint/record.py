"""The machine record of a pytest run, and what makes it one that counts."""

import json
from pathlib import Path
from typing import Any

from grader.domain.evidence import Artefact, Evidence, Location, Observation
from grader.domain.status import Status

KEY = "observation"


def written(observation: Observation) -> dict[str, Any]:
    """An observation as the metadata of a test."""
    where = observation.where
    plain = {name: getattr(observation, name) for name in Observation.__dataclass_fields__ if name != "where"}
    return {**plain, "where": [where.path, where.line] if where else None}


def read(metadata: dict[str, Any]) -> Observation:
    """The observation that a test's metadata holds; ``KeyError`` or ``TypeError`` if it holds none."""
    plain = dict(metadata[KEY])
    where = plain.pop("where")
    return Observation(**{**plain, "status": Status(plain["status"]), "where": Location(*where) if where else None})


def observations(report: Path, returncode: int) -> tuple[list[Observation], str]:
    """All observations of a run, and why the run does not count, or "" if it does.

    It counts if pytest ended with 0 or 1, every test that was collected and not deselected has a record, and every
    record has exactly one observation.
    """
    try:
        found = json.loads(report.read_bytes())
        tests, summary = found["tests"], found["summary"]
        wanted = summary["collected"] - summary.get("deselected", 0)
        read_ = [read(test["metadata"]) for test in tests if "metadata" in test]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return (
            [],
            f"pytest ended with {returncode} and left no record that can be read ({type(error).__name__}: {error})",
        )
    if returncode not in (0, 1):
        return read_, f"pytest ended with {returncode}"
    if not len(read_) == len(tests) == summary.get("total", 0) == wanted:
        return read_, f"of {wanted} checks {len(read_)} have a record"
    return read_, ""


def evidence(found: list[Observation], fault: str, selected: tuple[str, ...], artefacts: list[Artefact]) -> Evidence:
    """The evidence of a run; each selected criterion that nothing was observed of gets an errored observation.

    A run that does not count is errored in every criterion, whatever it observed.
    """
    kept = [] if fault else found
    silent = [criterion for criterion in selected if criterion not in {o.criterion for o in kept}]
    why = fault or "no check of this criterion ran"
    missing = [
        Observation(f"{c}::none", c, "This criterion could not be checked.", Status.ERRORED, fault=why) for c in silent
    ]
    return Evidence(tuple(kept + missing), tuple(artefacts))
