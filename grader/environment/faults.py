"""Why an environment cannot be had: because of what a lock asks for, or because an index does not answer."""

from grader.domain.errors import EnvironmentError_


class NotInstallable(Exception):
    """The requirements cannot be installed here; the message says which package and why, without addresses."""


class Unreachable(EnvironmentError_):
    """An index does not answer. Whether a lock or this machine is to blame has still to be found out."""
