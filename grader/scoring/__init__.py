"""From evidence to a verdict: pure functions, no files and no clock."""

from grader.scoring.official import unofficial_because
from grader.scoring.rubric import DimensionScore, by_dimension
from grader.scoring.scorecard import score

__all__ = ["DimensionScore", "by_dimension", "score", "unofficial_because"]
