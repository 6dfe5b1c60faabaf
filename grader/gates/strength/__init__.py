"""Test strength: small changes of what the tests run, and how many of them the tests notice."""

from grader.gates.strength.gate import StrengthGate

__all__ = ["GATE"]

GATE = StrengthGate()
