"""What tests of the documentation gate share."""

from tests.gates.suite.conftest import deps, subject_of

__all__ = ["deps", "subject_of"]
