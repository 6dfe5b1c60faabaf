"""The project's own tests, run in the sandbox with services behind them: what they report is a claim."""

from grader.gates.suite.claims import Call, Claims, TestResult
from grader.gates.suite.runner import Job, NoSuite, Order, SuiteRunner
from grader.gates.suite.sources import Sources

__all__ = ["Call", "Claims", "Job", "NoSuite", "Order", "Sources", "SuiteRunner", "TestResult"]
