"""Security: weaknesses in the code and in what it answers, secrets, and packages with known vulnerabilities."""

from grader.gates.security.gate import SecurityGate

GATE = SecurityGate()

__all__ = ["GATE", "SecurityGate"]
