"""The project and the environments that the tests of the environment have, too."""

from tests.environment.conftest import course, project, shared

__all__ = ["course", "project", "shared"]
