"""The part of the capstone that reads how a project is built: no environment, no sandbox, evidence of its own."""

import hashlib
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from grader import __version__
from grader.architecture.measure import measure
from grader.architecture.metrics import METRICS
from grader.domain.course import CAPSTONE, Gate, Module
from grader.domain.errors import GraderError
from grader.domain.evidence import Evidence, Measurement
from grader.domain.layout import Layout
from grader.domain.progress import Progress
from grader.domain.result import Provenance, Result
from grader.domain.status import Status
from grader.intake import Submission, take_in
from grader.intake.layout import detect
from grader.pipeline.job import Measured, Options
from grader.pipeline.key import code_hash
from grader.pipeline.store import EvidenceStore, can_be_kept
from grader.scoring import score
from grader.workspace import workspace

_ROOMS = ("architecture", "domain", "intake", "reader")
_FORM = 1  # of the key


def grade_architecture(
    source: Path,
    gates: tuple[Gate, ...],
    options: Options,
    *,
    progress: Callable[[Progress], None],
    store: EvidenceStore | None = None,
) -> Result:
    """What these gates say of the submission. It is read again only if it, its layout or the way of reading changed.

    Nothing of the submission runs, so it is as official without a sandbox. Raises ``SubmissionError`` if it cannot be
    taken in at all.
    """
    began, clock = datetime.now(UTC), time.monotonic()
    with workspace() as room:
        progress(Progress("Reading how the project is built"))
        submission = take_in(
            source, into=room.path / "submission", commit=options.commit, folder=options.path, slug=CAPSTONE
        )
        layout = detect(submission.root, submission.files).layout
        key = architecture_key(submission, layout)
        stored = store.get(key) if store is not None and not options.fresh else None
        if stored is not None:
            where = replace(stored.provenance, submission=submission.source, commit=submission.commit)
            measured = replace(stored, provenance=where)
        else:
            evidence = Evidence((), isolated=True, measurements=_measurements(submission, layout))
            given = options.seed if options.seed is not None else options.drawn
            provenance = _provenance(submission, given or 0, began, round(time.monotonic() - clock, 2))
            measured = Measured(evidence, provenance, "full", ())
            if store is not None and can_be_kept(evidence):
                store.put(key, measured)
    module = Module(0, CAPSTONE, "Capstone", 1, (), gates)
    return score(module, measured.evidence, measured.provenance, scope="full", notices=submission.notices)


def architecture_key(submission: Submission, layout: Layout) -> str:
    """Names what was read of this submission by this grader. SHA-256, in hex.

    Neither its packages nor services, options or checks can change it, and so none of them is in it.
    """
    facts = {
        "form": _FORM,
        "tree": submission.tree_hash,
        "layout": asdict(layout),
        "grader": [__version__, code_hash(_ROOMS)],
        "python": platform.python_version(),  # its parser reads the modules
    }
    return hashlib.sha256(msgspec.json.encode(facts, order="deterministic")).hexdigest()


def _measurements(submission: Submission, layout: Layout) -> tuple[Measurement, ...]:
    """Of all metrics, whichever the rubric names today; *errored* where this machine cannot read."""
    try:
        return measure(submission.root, submission.files, layout, METRICS)
    except GraderError as error:
        reason, fault = "It could not be read, through a fault of the grader or the machine.", error.message
    except Exception as error:  # a fault of ours in one part is not the end of the others
        reason, fault = "It could not be read, through a fault of the grader.", f"{type(error).__name__}: {error}"
    return tuple(Measurement(m, None, unit, Status.ERRORED, "", reason, fault=fault) for m, unit in METRICS.items())


def _provenance(submission: Submission, seed: int, began: datetime, duration_s: float) -> Provenance:
    return Provenance(
        grader_version=__version__,
        submission=submission.source,
        commit=submission.commit,
        tree_hash=submission.tree_hash,
        seed=seed,
        sandbox="",
        official=True,
        database="",
        environment="",
        environment_hash="",
        checks_hash=code_hash(_ROOMS),
        python=platform.python_version(),
        started_at=began.strftime("%Y-%m-%dT%H:%M:%SZ"),
        duration_s=duration_s,
    )
