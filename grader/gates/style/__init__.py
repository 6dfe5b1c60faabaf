"""The style gate: what ruff, black, isort and mypy find by the course's configuration."""

from grader.gates.style.gate import GATE

__all__ = ["GATE"]
