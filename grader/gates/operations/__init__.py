"""The operations gate: container files, manifests, workflows and monitoring, read as data by rules and by tools."""

from grader.gates.operations.gate import GATE

__all__ = ["GATE"]
