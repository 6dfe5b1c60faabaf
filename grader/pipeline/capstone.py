"""The capstone: one submission, measured by the checks of several modules and by gates, and judged by the rubric."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Self

from grader.domain.course import CAPSTONE, Level
from grader.domain.progress import Progress
from grader.domain.result import (
    ONLY_SOME,
    SCHEMA,
    CriterionResult,
    GateVerdict,
    LevelVerdict,
    Provenance,
    Result,
    Unmeasured,
)
from grader.domain.rubric import Rubric
from grader.domain.status import Status
from grader.pipeline.architecture import grade_architecture
from grader.pipeline.assignment import Assignment
from grader.pipeline.grading import grade
from grader.pipeline.job import Options
from grader.pipeline.store import EvidenceStore
from grader.scoring import judge_levels
from grader.scoring.levels import LEVELS_POLICY
from grader.scoring.scorecard import POLICY


@dataclass(frozen=True, slots=True)
class Part:
    """An assignment of which some criteria give evidence for the rubric; ``criteria`` are ``None`` for gates alone."""

    assignment: Assignment
    criteria: tuple[str, ...] | None

    def among(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Those of these criteria that the assignment has, in the order of its manifest."""
        return tuple(c.id for c in self.assignment.module.criteria if c.id in ids)


@dataclass(frozen=True, slots=True)
class Capstone:
    """What a submission to the capstone is measured by, and the rubric that it is judged by.

    With ``only`` it is measured by these criteria alone, which prove no level.
    """

    rubric: Rubric
    parts: tuple[Part, ...]
    only: tuple[str, ...] = ()

    def restricted_to(self, criteria: tuple[str, ...]) -> Self:
        """The same, for these criteria and what they require, whether or not the rubric names them.

        ``KeyError`` if no part has one of them.
        """
        modules = {c.id: part.assignment.module for part in self.parts for c in part.assignment.module.criteria}
        wanted = tuple(dict.fromkeys(w for c in criteria for w in modules[c].with_required([c])))
        return replace(self, only=wanted)


def grade_capstone(
    source: Path,
    capstone: Capstone,
    options: Options,
    *,
    progress: Callable[[Progress], None],
    store: EvidenceStore | None = None,
) -> Result:
    """Grade one submission by the rubric. What was measured of it before, and has not changed, is used again.

    Where the capstone is restricted, these criteria alone are looked at: they are practice and give no level.

    Raises as ``grade`` does.
    """
    options = replace(options, drawn=secrets.randbits(32))

    def graded(part: Part, criteria: tuple[str, ...] | None) -> Result:
        return grade(source, part.assignment, replace(options, criteria=criteria), progress=progress, store=store)

    if capstone.only:
        asked = [(part, part.among(capstone.only)) for part in capstone.parts]
        return looked_at(capstone, [graded(part, criteria) for part, criteria in asked if criteria])
    results = [graded(part, part.criteria) for part in capstone.parts]
    if gates := capstone.rubric.architecture:
        results.append(grade_architecture(source, gates, options, progress=progress, store=store))
    return judged(capstone.rubric, results)


def judged(rubric: Rubric, results: list[Result]) -> Result:
    """The results of the parts as one, with the levels that they prove."""
    wanted = set(rubric.evidence)
    criteria = tuple(_unweighted(c) for r in results for c in r.criteria if c.id in wanted)
    gates = tuple(_unweighted(g) for r in results for g in r.gates if g.id in wanted)
    found: tuple[CriterionResult | GateVerdict, ...] = (*criteria, *gates)
    levels = judge_levels(rubric, {one.id: one for one in found})
    graded = all(one.status is not Status.ERRORED for one in found)
    scope = "full" if all(r.scope == "full" for r in results) else "public"
    lowest = min(map(_steps, levels))
    return Result(
        schema=SCHEMA,
        assignment=CAPSTONE,
        title="Capstone",
        policy=LEVELS_POLICY,
        graded=graded,
        met=graded and scope == "full" and lowest >= _STEPS[Level.MEETS],
        score=sum(map(_steps, levels)),
        max_score=len(levels) * _STEPS[Level.EXCEEDS],
        pass_score=len(levels) * _STEPS[Level.MEETS],
        scope=scope,
        criteria=criteria,
        gates=gates,
        levels=levels,
        artefacts=tuple(dict.fromkeys(a for r in results for a in r.artefacts)),
        notices=tuple(dict.fromkeys(n for r in results for n in r.notices)),
        provenance=_provenance([r.provenance for r in results]),
        start=next((r.start for r in results if r.start is not None), None),
    )


def looked_at(capstone: Capstone, results: list[Result]) -> Result:
    """The results of the parts that were asked for, as one: practice, a point for each criterion that passes."""
    criteria = tuple(
        replace(c, score=int(c.status is Status.PASSED), max_score=1)
        for result in results
        for c in result.criteria
        if c.id in capstone.only
    )
    others = (c for part in capstone.parts for c in part.assignment.module.criteria if c.id in (part.criteria or ()))
    provenance = _provenance([r.provenance for r in results])
    reasons = tuple(sorted({*provenance.unofficial_because, ONLY_SOME}))
    return Result(
        schema=SCHEMA,
        assignment=CAPSTONE,
        title="Capstone",
        policy=POLICY,
        graded=all(c.status is not Status.ERRORED for c in criteria),
        met=False,
        score=sum(c.score for c in criteria),
        max_score=len(criteria),
        pass_score=len(criteria),
        scope=results[0].scope,
        criteria=criteria,
        gates=(),
        levels=(),
        artefacts=tuple(dict.fromkeys(a for r in results for a in r.artefacts)),
        notices=tuple(dict.fromkeys(n for r in results for n in r.notices)),
        provenance=replace(provenance, official=False, unofficial_because=reasons),
        unmeasured=tuple(Unmeasured(c.id, c.title, 0, c.task) for c in others if c.id not in capstone.only),
        start=next((r.start for r in results if r.start is not None), None),
    )


_STEPS = {level: number for number, level in enumerate(Level)}


def _steps(found: LevelVerdict) -> int:
    return _STEPS[found.level]


def _unweighted[Verdict: (CriterionResult, GateVerdict)](verdict: Verdict) -> Verdict:
    """The verdict without points: it is evidence for a level, and the levels are what counts."""
    return replace(verdict, score=0, max_score=0)


def _provenance(parts: list[Provenance]) -> Provenance:
    """Where all of it comes from. It is as official as each part is, but for being a part."""
    reasons = sorted({reason for part in parts for reason in part.unofficial_because} - {ONLY_SOME})
    return replace(
        parts[0],
        official=not reasons,
        unofficial_because=tuple(reasons),
        checks_hash=sha256("".join(part.checks_hash for part in parts).encode()).hexdigest(),
        started_at=min(part.started_at for part in parts),
        duration_s=round(sum(part.duration_s for part in parts), 2),
        reused=all(part.reused for part in parts),
    )
