"""Runs the checks of a module against a submission, in pytest processes of their own, and gathers the evidence."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec

from grader.checkpoint.run import partial, processes, record
from grader.checkpoint.run.asked import CheckRun, Site
from grader.checkpoint.run.opened import UNHEARD, Listeners, OpenedRun
from grader.checkpoint.spec import SANDBOX
from grader.domain.errors import SandboxError
from grader.domain.evidence import Artefact, Evidence
from grader.domain.progress import Progress

__all__ = ["CheckRun", "Site", "run_checks"]
_LIMITS_UNKNOWN = (
    "Nothing is known of the limits on memory and processes: a process of the grader's own ended too early."
)


def run_checks(
    run: CheckRun,
    *,
    progress: Callable[[Progress], None],
    opened: OpenedRun | None = None,
    listeners: Listeners = UNHEARD,
) -> Evidence:
    """The evidence of one run: an observation for every case, and an errored one for each criterion left without.

    ``opened`` is what was started for it beforehand; it ends with the run. Never raises because of what the submission
    does; ``SandboxError`` where no sandbox can be had, ``GivenUp`` where a listener wants no more of it.
    """
    progress(Progress("Running the checks"))
    with opened or OpenedRun(run) as room:
        specs, ended = room.ended(run, progress, listeners)
        return _evidence(run, specs[0].selected, ended)


def _evidence(run: CheckRun, selected: tuple[str, ...], ended: list[processes.Ended]) -> Evidence:
    sandboxes = [_sandbox(end.lane.spec.folder) for end in ended]
    for facts in sandboxes:
        if "error" in facts:
            raise SandboxError(facts["error"], facts["hint"])
    parts = partial.parts([partial.ProcessEnd(end.lane.spec.folder, end.code, end.why) for end in ended])
    found, fault = record.joined(parts)
    scope = tuple(c for c in selected if not run.module.criterion(c).manual)
    if run.public_only and not fault:
        scope = ()
    why = "\n".join([fault, *(end.output for end in ended)]) if fault else ""
    in_order = sorted(ended, key=lambda end: end.lane.spec.lane)
    artefacts = [artefact for end in in_order for artefact in _artefacts(end.lane.spec.folder)]
    evidence = record.evidence(found, why, scope, artefacts)
    unlimited = {why for facts in sandboxes for why in facts.get("unlimited", _LIMITS_UNKNOWN).splitlines()}
    return replace(
        evidence,
        sandbox=next((facts["name"] for facts in sandboxes if "name" in facts), ""),
        isolated=all(facts.get("official") == "yes" for facts in sandboxes if facts) and any(sandboxes),
        unlimited=tuple(sorted(unlimited)),
        unsure=frozenset().union(*(partial.unsure(end.lane.spec.folder) for end in ended)),
        start=next((failure for end in in_order if (failure := partial.start(end.lane.spec.folder))), None),
    )


def _artefacts(folder: Path) -> list[Artefact]:
    path = folder / "artefacts.jsonl"
    lines = path.read_bytes().splitlines() if path.exists() else []
    return [msgspec.json.decode(line, type=Artefact) for line in lines]


def _sandbox(folder: Path) -> dict[str, str]:
    path = folder / SANDBOX
    return msgspec.json.decode(path.read_bytes(), type=dict[str, str]) if path.exists() else {}
