"""Some criteria of a hand-in that were measured again, put in the place of what was measured of them before."""

from dataclasses import replace

from grader.domain.evidence import Evidence
from grader.domain.result import ONLY_SOME
from grader.domain.status import Status
from grader.pipeline import Measured


def joined(whole: Measured, part: Measured) -> Measured:
    """``whole``, with what ``part`` found of the criteria that it was restricted to. A notice tells of it.

    It is as official as both of them are.
    """
    again = part.criteria or ()
    reasons = set(whole.provenance.unofficial_because) | set(part.provenance.unofficial_because) - {ONLY_SOME}
    provenance = replace(
        whole.provenance,
        checks_hash=part.provenance.checks_hash,
        official=not reasons,
        unofficial_because=tuple(sorted(reasons)),
    )
    notice = f"Measured again on {part.provenance.started_at[:10]}: {', '.join(again)}."
    notices = tuple(n for n in whole.notices if n != notice)
    return replace(
        whole,
        evidence=_evidence(whole.evidence, part.evidence, frozenset(again)),
        provenance=provenance,
        notices=(*notices, notice),
    )


def _evidence(whole: Evidence, part: Evidence, again: frozenset[str]) -> Evidence:
    kept = tuple(o for o in whole.observations if o.criterion not in again)
    shown = tuple(a for a in whole.artefacts if a.criterion not in again)
    return replace(
        whole,
        observations=(*kept, *(o for o in part.observations if o.criterion in again)),
        artefacts=(*shown, *(a for a in part.artefacts if a.criterion in again)),
        isolated=whole.isolated and part.isolated,
        unlimited=tuple(sorted({*whole.unlimited, *part.unlimited})),
    )


def is_measured(part: Measured) -> bool:
    """Whether nothing of it is a fault of the machine: else what was measured before is worth more."""
    seen = [o.status for o in part.evidence.observations]
    return bool(seen) and Status.ERRORED not in seen
