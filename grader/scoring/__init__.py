"""From evidence to a verdict: pure functions, no files and no clock."""

from grader.scoring.levels import judge_levels
from grader.scoring.official import unofficial_because
from grader.scoring.rubric import DimensionScore, by_dimension
from grader.scoring.scorecard import score, score_gates

__all__ = ["DimensionScore", "by_dimension", "judge_levels", "score", "score_gates", "unofficial_because"]
