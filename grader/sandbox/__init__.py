"""Runs what a submission brings, its servers and the services it needs, where it sees and touches nothing else."""

from grader.sandbox.machine import Finding, probe
from grader.sandbox.select import open_sandbox

__all__ = ["Finding", "open_sandbox", "probe"]
