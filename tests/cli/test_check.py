"""`grader check`: choosing where one's own project runs."""

from pathlib import Path

import pytest

from grader.cli import check
from grader.domain.errors import SandboxError
from grader.sandbox.bubblewrap import Bubblewrap


def test_the_sandbox_that_was_tried_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is opened only to see whether it opens: neither its folder nor a process of it stays."""
    opened: list[Bubblewrap] = []
    real = Bubblewrap.__init__

    def noted(self: Bubblewrap, **named: object) -> None:
        real(self, **named)  # type: ignore[arg-type]
        opened.append(self)

    monkeypatch.setattr(Bubblewrap, "__init__", noted)
    assert check._own_machine("auto") == "auto"
    assert [sandbox.directory.exists() for sandbox in opened] == [False]


def test_without_a_sandbox_it_goes_on_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(kind: str, *, state_dir: Path) -> None:
        raise SandboxError("bubblewrap is not installed.", "Install it.")

    monkeypatch.setattr("grader.sandbox.open_sandbox", refuse)
    assert check._own_machine("auto") == "process"
    assert "No sandbox here" in capsys.readouterr().err
