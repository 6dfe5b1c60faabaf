"""Gates: what is measured of a project by numbers. They judge nothing: thresholds are the manifest's."""

from grader.gates.registry import GATES, METRICS, measure

__all__ = ["GATES", "METRICS", "measure"]
