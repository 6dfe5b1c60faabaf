"""Performance: what a request costs the database, and whether that grows with the rows that there are."""

from grader.gates.performance.gate import PerformanceGate

GATE = PerformanceGate()
