"""The machine record of a pytest run, and what makes it one that counts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader.domain.evidence import Artefact, Evidence, Location, Observation, unobserved
from grader.domain.status import Status

KEY, PLACE = "observation", "place"
# Characters of all observations of a run. The most that an unsolved module comes to are some 30,000 of each.
_BUDGET = {"expected": 200_000, "observed": 200_000, "traceback": 400_000, "output": 200_000, "fault": 1_000_000}
_CUT = "(left out: this run wrote more than a report can hold)"


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


@dataclass(frozen=True, slots=True)
class Part:
    """What one process left of its share of a run.

    ``found`` are its observations by the place of their check among all ``wanted`` of the run; ``fault`` says why it
    does not count, or is "".
    """

    found: Mapping[int, Observation]
    wanted: int
    fault: str


def part(report: Path, returncode: int) -> Part:
    """The record that one process left. It counts if pytest ended with 0 or 1 and every test that it ran has exactly
    one observation."""
    try:
        found = json.loads(report.read_bytes())
        tests, summary = found["tests"], found["summary"]
        wanted = summary["collected"] - summary.get("deselected", 0)
        placed = [(int(t["metadata"][PLACE]), read(t["metadata"])) for t in tests if "metadata" in t]
    except (OSError, ValueError, KeyError, TypeError) as error:
        left = f"pytest ended with {returncode} and left no record that can be read ({type(error).__name__}: {error})"
        return Part({}, 0, left)
    observed = dict(placed)
    if returncode not in (0, 1):
        return Part(observed, wanted, f"pytest ended with {returncode}")
    if not len(observed) == len(placed) == len(tests) == summary.get("total", 0):
        return Part(observed, wanted, f"of {len(tests)} checks {len(observed)} have a record")
    return Part(observed, wanted, "")


def joined(parts: list[Part]) -> tuple[list[Observation], str]:
    """The observations of all processes in the order of the checks, and why the run does not count, or "" if it does.

    It counts if every part does, all have collected the same number, and each check of them has one observation.
    """
    found = {place: observation for each in parts for place, observation in each.found.items()}
    ordered = [found[place] for place in sorted(found)]
    faults = [each.fault for each in parts if each.fault]
    wanted, observed = {each.wanted for each in parts}, sum(len(each.found) for each in parts)
    if not faults and not (wanted == {len(ordered)} and observed == len(ordered)):
        faults = [f"of {max(wanted)} checks {len(ordered)} have a record"]
    return ordered, "\n".join(faults)


def within_budget(found: list[Observation]) -> list[Observation]:
    """The observations, with no more text in all of them than one run has room for; what is cut says so.

    Each is bounded by itself; a project that fails everywhere at length would still fill a report that nobody reads.
    """
    left = dict(_BUDGET)
    observations = []
    for observation in found:
        changes: dict[str, Any] = {}
        for name in _BUDGET:
            text = getattr(observation, name)
            left[name] -= len(text)
            if left[name] < 0 and text:
                changes[name] = _CUT
        if left["observed"] < 0 and observation.where is not None:
            changes["where"] = None
        observations.append(replace(observation, **changes) if changes else observation)
    return observations


def evidence(found: list[Observation], fault: str, selected: tuple[str, ...], artefacts: list[Artefact]) -> Evidence:
    """The evidence of a run; each selected criterion that nothing was observed of gets an errored observation.

    A run that does not count is errored in every criterion, whatever it observed.
    """
    observations = [] if fault else within_budget(found)
    silent = [criterion for criterion in selected if criterion not in {o.criterion for o in observations}]
    why = fault or "no check of this criterion ran"
    missing = [
        Observation(unobserved(c), c, "This criterion could not be checked.", Status.ERRORED, fault=why) for c in silent
    ]
    return Evidence(tuple(observations + missing), tuple(artefacts))
