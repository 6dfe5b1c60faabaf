"""`grader check`: choosing where one's own project runs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.cli import check
from grader.domain.errors import SandboxError
from grader.sandbox import machine
from grader.sandbox.bubblewrap import Bubblewrap

TRIED: dict[str, Callable[[], object]] = {"check": lambda: check.on_own_machine("auto"), "doctor": machine.probe}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Bubblewrap]]:
    """The sandboxes that were opened; at the end each is closed, whoever forgot it."""
    found: list[Bubblewrap] = []
    real, close = Bubblewrap.__init__, Bubblewrap.close

    def noted(self: Bubblewrap, **named: object) -> None:
        real(self, **named)  # type: ignore[arg-type]
        found.append(self)

    monkeypatch.setattr(Bubblewrap, "__init__", noted)
    yield found
    for sandbox in found:
        close(sandbox)


@pytest.mark.parametrize("command", TRIED)
@pytest.mark.parametrize("closes", [True, False])
def test_the_sandbox_that_was_tried_is_closed(
    monkeypatch: pytest.MonkeyPatch, opened: list[Bubblewrap], command: str, closes: bool
) -> None:
    """It is opened only to see whether it opens: its folder stays no longer, as it does where nobody closes it."""
    if not closes:
        monkeypatch.setattr(Bubblewrap, "close", lambda self: None)
    TRIED[command]()
    assert [sandbox.directory.exists() for sandbox in opened] == [not closes]


def test_without_a_sandbox_it_goes_on_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(kind: str, *, state_dir: Path) -> None:
        raise SandboxError("bubblewrap is not installed.", "Install it.")

    monkeypatch.setattr("grader.sandbox.open_sandbox", refuse)
    assert check.on_own_machine("auto") == "process"
    assert "No sandbox here" in capsys.readouterr().err
