"""The fixtures of tests that run a project's own tests."""

from tests.gates.suite.conftest import deps, subject_of

__all__ = ["deps", "subject_of"]
