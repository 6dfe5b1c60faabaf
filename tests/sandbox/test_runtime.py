"""What of the host's system a sandbox sees: this Python's own parts and the libraries, and nothing that lies beside."""

import sys
from pathlib import Path

import pytest

from grader.domain.errors import SandboxError
from grader.sandbox import runtime, select
from grader.sandbox.api import Launch
from grader.sandbox.bubblewrap import Bubblewrap

BASE = Path(sys.base_prefix).resolve()


def said(submission: Path, code: str) -> str:
    """What the code writes in a sandbox that is made now."""
    sandbox = Bubblewrap()
    process = sandbox.start(Launch(("-c", code)), submission=submission, deps=None)
    process.wait(20)
    sandbox.close()
    return process.output().decode()


def test_a_python_of_the_system_brings_its_own_parts(submission: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the folder above this Python were /usr: it runs where it is, and its neighbours are not there."""
    monkeypatch.setattr(runtime, "_SYSTEM", BASE.parent if Path("/usr") != BASE else BASE)
    look = f"sorted(os.listdir({str(BASE)!r})), os.listdir({str(BASE / 'bin')!r})"
    code = f"import os, sys, ssl, sqlite3; print(sys.prefix, {look})"
    found = said(submission, code)
    assert found.startswith(f"{BASE} [")
    assert "'include'" not in found
    assert "'share'" not in found or Path("/usr") == BASE  # its zone names alone
    assert found.rstrip().endswith(f"['python{sys.version_info[0]}.{sys.version_info[1]}']")


def test_a_whole_prefix_shows_its_neighbours(submission: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: what is bound whole can be read whole, and a course in it with it."""
    everything = (*runtime.current().binds, (BASE, str(BASE)))
    real = runtime.current()
    whole = runtime.Runtime(real.python, real.prefix, everything, real.links)
    monkeypatch.setattr(runtime, "current", lambda: whole)
    assert "'include'" in said(submission, f"import os; print(os.listdir({str(BASE)!r}))")


@pytest.mark.parametrize("place", [source for source, _ in runtime.current().binds], ids=str)
def test_nothing_guarded_may_lie_in_what_is_bound(place: Path) -> None:
    with pytest.raises(SandboxError, match="every submission can read") as raised:
        runtime.refuse_exposed([place / "src" / "course"])
    assert "Move it" in raised.value.hint


def test_nor_by_a_link(tmp_path: Path) -> None:
    link = tmp_path / "course"
    link.symlink_to(runtime.current().binds[0][0])
    with pytest.raises(SandboxError, match="course/checks lies in"):
        runtime.refuse_exposed([link / "checks"])


def test_beside_it_is_no_harm(tmp_path: Path) -> None:
    """Nor is a folder around it, whose other content is not bound."""
    runtime.refuse_exposed([tmp_path, Path("/"), BASE.parent, Path("/usr/src/app"), Path("/usr/share/course")])


@pytest.mark.parametrize("kind", ["auto", "bubblewrap"])
def test_a_state_directory_in_it_is_refused(kind: select.Kind, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    state = tmp_path / "python" / "state"
    monkeypatch.setattr(runtime, "_system", lambda *, whole: (((tmp_path / "python", "/usr/lib"),), ()))
    with pytest.raises(SandboxError, match="state lies in"):
        select.open_sandbox(kind, state_dir=state)
