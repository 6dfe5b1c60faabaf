"""Renderings of a result. Only ``json``, ``html`` and the terminal show staff the grader's own faults."""

from grader.report.audience import for_learners, for_staff
from grader.report.encoding import decode, encode
from grader.report.interface import REPORTS, Report
from grader.report.since import with_changes
from grader.report.terminal import terminal

__all__ = ["REPORTS", "Report", "decode", "encode", "for_learners", "for_staff", "terminal", "with_changes"]
