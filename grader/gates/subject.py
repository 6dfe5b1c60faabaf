"""What a gate looks at, and what a gate is."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from grader.domain.evidence import Measurement
from grader.domain.layout import Layout
from grader.sandbox.api import Sandbox


@dataclass(frozen=True, slots=True)
class Subject:
    """A submission: its trusted copy's root, its packages, where its parts are, and the sandbox that it runs in."""

    submission: Path
    deps: Path
    layout: Layout
    sandbox: Sandbox


class Gate(Protocol):
    """One way to measure."""

    def measure(self, subject: Subject) -> Iterable[Measurement]:
        """One measurement for each of its metrics. What it raises is an error of the grader's or of the machine's."""
