"""Gates: what is measured of a project by numbers. They judge nothing: thresholds are the manifest's."""

from grader.gates.registry import GATES, METRICS, blocked, measure, subjects

__all__ = ["GATES", "METRICS", "blocked", "measure", "subjects"]
