"""Reports are made ready while the checks run: once, not too early, and never at the cost of the run."""

import pytest

from grader.cli import make_ready as module
from grader.cli.make_ready import with_reports_ready
from grader.cli.outcome import make_ready
from grader.domain.progress import Progress
from grader.report import REPORTS, html

STEPS = [Progress("Taking in"), Progress("Running the checks"), Progress("a", 1, 3), Progress("b", 2, 3)]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What happened, in order: the steps that were shown, and the formats that were made ready."""
    happened: list[object] = []
    monkeypatch.setattr(module, "_make_ready", happened.append)
    return happened


def test_after_the_first_check_and_once(made: list[object]) -> None:
    step = with_reports_ready(made.append, ("html",))
    for progress in STEPS:
        step(progress)
    assert made == [*STEPS[:3], ("html",), STEPS[3]]


def test_what_goes_wrong_does_not_reach_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(formats: tuple[str, ...]) -> None:
        raise OSError("no template")

    monkeypatch.setattr(module, "_make_ready", fail)
    shown: list[Progress] = []
    step = with_reports_ready(shown.append, ())
    for progress in STEPS:
        step(progress)
    assert shown == STEPS


def test_every_format_can_be_made_ready() -> None:
    make_ready(tuple(REPORTS))


def test_no_template_is_left_to_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    html._environment.cache_clear()
    make_ready(("html",))
    environment = html._environment()
    monkeypatch.setattr(environment, "compile", None)
    names = environment.list_templates(extensions=("j2",))
    assert "report.html.j2" in names
    assert [environment.get_template(name).name for name in names] == names
