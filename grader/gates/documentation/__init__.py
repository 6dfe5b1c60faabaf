"""The documentation gate: whether what is written can be followed, leads somewhere, and is about this project."""

from grader.gates.documentation.gate import GATE

__all__ = ["GATE"]
