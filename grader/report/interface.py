"""What a report is: a result rendered as text. A report decides nothing and measures nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from grader.domain.result import Result


class Report(Protocol):
    """A rendering of a result, and the name of the file it is usually written to."""

    @property
    def file_name(self) -> str:
        """Such as ``report.html``."""
        ...

    def make_ready(self) -> None:
        """Load what every rendering needs, for those who have the time before there is a result."""
        ...

    def render(self, result: Result, *, staff: bool = False) -> str:
        """The whole file as text, to be encoded in UTF-8.

        For ``staff`` it shows what the result has of the grader's own faults, if it is a report that can.
        """
        ...


@dataclass(frozen=True, slots=True)
class ModuleReport:
    """A report whose module ``grader.report.<module>`` has ``render(result) -> str``; imported on use.

    The module may have ``make_ready()`` as well, if there is more to load than itself, and ``render_for_staff``.
    """

    module: str
    file_name: str

    def make_ready(self) -> None:
        """Load what every rendering needs, for those who have the time before there is a result."""
        getattr(import_module(f"grader.report.{self.module}"), "make_ready", lambda: None)()

    def render(self, result: Result, *, staff: bool = False) -> str:
        """The whole file as text, to be encoded in UTF-8."""
        module = import_module(f"grader.report.{self.module}")
        render: Callable[[Result], str] = module.render
        return getattr(module, "render_for_staff", render)(result) if staff else render(result)


REPORTS: dict[str, Report] = {
    "json": ModuleReport("encoding", "result.json"),
    "html": ModuleReport("html", "report.html"),
    "markdown": ModuleReport("markdown", "summary.md"),
    "junit": ModuleReport("junit", "junit.xml"),
    "sarif": ModuleReport("sarif", "result.sarif"),
    "classroom": ModuleReport("classroom", "classroom.json"),
    "gradescope": ModuleReport("gradescope", "gradescope.json"),
    "exercism": ModuleReport("exercism", "exercism.json"),
    "classroom50": ModuleReport("classroom50", "classroom50.json"),
    "annotations": ModuleReport("annotations", "annotations.txt"),
}
