"""The whole story of one grading: submission -> environment -> checks -> evidence -> score -> result.

``measure`` takes a job, which is data, and knows no weights; ``score`` takes what it found and measures nothing. What
was found of a submission is kept in the evidence store, so that an unchanged one is graded again at once.
"""

from grader.pipeline.assignment import Assignment
from grader.pipeline.capstone import Capstone, Part, grade_capstone
from grader.pipeline.grading import grade, score_measured
from grader.pipeline.job import Job, Measured, Options
from grader.pipeline.key import checks_hash
from grader.pipeline.measuring import measure
from grader.pipeline.store import EvidenceStore

__all__ = [
    "Assignment",
    "Capstone",
    "EvidenceStore",
    "Job",
    "Measured",
    "Options",
    "Part",
    "checks_hash",
    "grade",
    "grade_capstone",
    "measure",
    "score_measured",
]
