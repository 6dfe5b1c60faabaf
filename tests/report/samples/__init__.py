"""Results to render: every status, long and hostile texts, full marks, nothing at all."""

from tests.report.gate_samples import gate_ungraded, gated, shown
from tests.report.samples.crowded import crowded
from tests.report.samples.graded import full_marks, levelled, met, mixed, one_cause
from tests.report.samples.hostile import hostile
from tests.report.samples.ungraded import empty, practice, ungraded, unstarted

_OWN = (mixed, full_marks, met, ungraded, practice, hostile, crowded, empty, unstarted, one_cause)
_ALL = (*_OWN, gated, shown, gate_ungraded, levelled)
SAMPLES = {f.__name__: f for f in _ALL}
