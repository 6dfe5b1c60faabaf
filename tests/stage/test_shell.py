"""A machine that runs scripts: a real sandbox with a small project, which is asked as a runbook asks."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from grader.domain.errors import SandboxError
from grader.sandbox.api import Limits
from grader.stage.outcome import Failed, Late
from grader.stage.shell import Ran, Shell
from grader.stage.spec import StageSpec
from grader.stage.stage import Stage

LIMITS = Limits(wall_s=300.0)
WITHIN_S = 60.0


@pytest.fixture(scope="module")
def spec(state_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> StageSpec:
    """A project of one module, with a package that is its only one."""
    folder = Path(os.path.realpath(tmp_path_factory.mktemp("shell")))
    for path, text in {
        "submission/src/own.py": "WHO = 'own'",
        "submission/docs/page.md": "a page",
        "deps/celery/__main__.py": "import sys; print('celery', *sys.argv[1:])",
        "kept/.keep": "",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    (folder / "deps/celery/__init__.py").touch()
    return StageSpec(
        submission=folder / "submission",
        deps=folder / "deps",
        sandbox="auto",
        database="sqlite",
        mode="fork",
        state_dir=state_dir,
        folder=folder / "kept",
    )


@pytest.fixture(scope="module")
def stage(spec: StageSpec) -> Iterator[Stage]:
    stage = Stage(spec)
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def sh(stage: Stage) -> Iterator[Callable[..., Ran]]:
    with ExitStack() as stack:
        shell = Shell(stage, stack, hosts={"127.0.0.1": "web", "127.0.0.2": "db-standby"}, limits=LIMITS)
        yield lambda script, **env: shell.run(script, env, within_s=WITHIN_S)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("python -c 'import own; print(own.WHO)'", "own"),
        ("celery -A config.celery beat", "celery -A config.celery beat"),
        ("cat docs/page.md", "a page"),
        ("psql --version | cut -d' ' -f1", "psql"),
        ("pg_ctl --version | cut -d' ' -f1", "pg_ctl"),
        ("curl --silent --max-time 5 http://web:8000/ || echo $?", "7"),  # nobody listens; 6 is an unknown name
        ("getent hosts db-standby | tr -s ' '", "127.0.0.2 db-standby"),
        ("getent hosts localhost >/dev/null && echo there", "there"),
        ("touch src/new 2>/dev/null || echo read-only", "read-only"),
        ('echo "$GIVEN"; id -u | grep -qx 0 || echo nobody special', "given\nnobody special"),
    ],
)
def test_what_is_there(sh: Callable[..., Ran], script: str, said: str) -> None:
    ran = sh(script, GIVEN="given")
    assert (ran.code, ran.out.strip()) == (0, said)


def test_variables_that_were_made_or_changed_are_told(sh: Callable[..., Ran]) -> None:
    ran = sh("export NEW=1 SAME=same OTHER=2; cd /tmp", SAME="same", OTHER="1", GONE="x")
    assert ran.exported == {"NEW": "1", "OTHER": "2"}


def test_files_and_processes_stay(sh: Callable[..., Ran]) -> None:
    sh("echo kept >/tmp/file; sleep 500 & echo $! >/tmp/pid")
    assert sh("kill $(cat /tmp/pid) && cat /tmp/file").out == "kept\n"


@pytest.mark.parametrize(
    ("script", "kind", "within_s"), [("sleep 600", Late, 0.5), ("kill -KILL $PPID; sleep 600", Failed, WITHIN_S)]
)
def test_scripts_after_which_nothing_is_run(stage: Stage, script: str, kind: type[Failed], within_s: float) -> None:
    with ExitStack() as stack:
        shell = Shell(stage, stack, hosts={}, limits=LIMITS)
        with pytest.raises(Failed) as failed:
            shell.run(script, {}, within_s=within_s)
        assert type(failed.value) is kind


def test_the_sandbox_that_is_none_is_refused(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(stage.sandbox), "official", False)
    with ExitStack() as stack, pytest.raises(SandboxError, match="web:8000"):
        Shell(stage, stack, hosts={}, limits=LIMITS)
