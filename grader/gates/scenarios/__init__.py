"""Failure scenarios: what protects the project from each is taken away, and the project's own tests have to notice."""

from grader.gates.scenarios.gate import ScenariosGate

__all__ = ["GATE"]

GATE = ScenariosGate()
"""The share of failure scenarios of which the project's own tests notice that nothing protects from them any more."""
