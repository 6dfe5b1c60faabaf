"""Coverage: what the project's own tests run of it, counted outside, and asked of samples whether it is so."""

from grader.gates.coverage.gate import CoverageGate

__all__ = ["GATE"]

GATE = CoverageGate()
