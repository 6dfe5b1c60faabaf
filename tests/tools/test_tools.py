"""The tools for real: in bubblewrap, on the course's reference project and on hostile ones."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.domain.errors import EnvironmentError_
from grader.environment import Environment
from grader.environment.poetry_shell import make_shell, scripts
from grader.sandbox.api import Launch, Limits, Sandbox
from grader.sandbox.select import open_sandbox
from grader.tools import tool
from grader.tools.hadolint import hadolint
from grader.tools.poetry import poetry
from grader.tools.tool import Tool

Run = Callable[[Tool], tuple[int, str]]
BAD = "FROM debian:latest\nRUN cd /tmp && sudo apt-get install -y x\n"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = open_sandbox("bubblewrap", state_dir=tmp_path_factory.mktemp("state"))
    yield sandbox
    sandbox.close()


@pytest.fixture
def run(sandbox: Sandbox, project: Path, course: Environment) -> Run:
    def run(chosen: Tool) -> tuple[int, str]:
        output = tool.run(chosen, sandbox, submission=project, deps=course.site)
        return output.status, output.text

    return run


def test_the_three_commands_of_the_brief_work_offline(run: Run, shared: Path) -> None:
    assert run(poetry(("check", "--lock"), cache=shared)) == (0, "All set!\n")
    status, said = run(poetry(("install",), cache=shared))
    assert (status, "No dependencies to install or update" in said) == (0, True)
    status, said = run(poetry(("run", "pytest", "-q"), cache=shared))
    assert (status, "1 passed" in said) == (0, True), said


def test_installs_the_project_itself_in_package_mode(run: Run, project: Path, shared: Path) -> None:
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(text.replace("package-mode = false", 'packages = [{include = "src"}]'))
    status, said = run(poetry(("install",), cache=shared))
    assert (status, "Installing the current project: publishing-platform" in said) == (0, True), said


def test_a_stale_lock_is_told(run: Run, project: Path, shared: Path) -> None:
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(text.replace('"redis (>=5.2)"', '"redis (>=5.3)"'))
    status, said = run(poetry(("check", "--lock"), cache=shared))
    assert (status, "changed significantly" in said) == (1, True), said


def test_neither_configuration_nor_plugins_of_the_submission_reach_poetry(
    run: Run, project: Path, shared: Path
) -> None:
    (project / "poetry.toml").write_text("[virtualenvs]\ncreate = true\nin-project = true\nnonsense = [\n")
    plugins = project / ".poetry" / "plugins" / "evil-1.dist-info"
    plugins.mkdir(parents=True)
    (plugins / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1\n")
    (plugins / "entry_points.txt").write_text("[poetry.application.plugin]\nevil = evil:Plugin\n")
    evil = "print('obeyed')\nclass Plugin:\n    def activate(self, *_): print('obeyed')\n"
    (plugins.parent / "evil.py").write_text(evil)
    for name in ("poetry", "cleo", "sitecustomize", "usercustomize"):
        (project / f"{name}.py").write_text(evil)
        (project / "src" / f"{name}.py").write_text(evil)
    assert run(poetry(("check", "--lock"), cache=shared)) == (0, "All set!\n")
    assert run(poetry(("install",), cache=shared))[0] == 0


def test_what_a_command_writes_stays_in_the_copy(run: Run, project: Path, shared: Path) -> None:
    assert run(poetry(("run", "python", "-c", "open('new', 'w')"), cache=shared))[0] == 0
    assert not (project / "new").exists()


@pytest.mark.parametrize(("seconds", "ended"), [(60, True), (0, False)])
def test_a_command_that_was_ended_is_known(
    sandbox: Sandbox, project: Path, course: Environment, shared: Path, seconds: int, ended: bool
) -> None:
    words = ("run", "python", "-c", f"import time; time.sleep({seconds}); raise SystemExit(3)")
    within_s = 5.0 if ended else 120.0
    output = tool.run(poetry(words, cache=shared, within_s=within_s), sandbox, submission=project, deps=course.site)
    assert (output.timed_out, output.status == 3) == (ended, not ended)


def test_hadolint_gives_its_findings(run: Run, project: Path) -> None:
    assert run(hadolint("Dockerfile")) == (0, "[]")
    (project / "Dockerfile").write_text(BAD)
    status, said = run(hadolint("Dockerfile"))
    assert status == 0
    assert {"DL3004", "DL3007"} <= {finding["code"] for finding in json.loads(said)}


def test_hadolint_obeys_the_course_only(run: Run, project: Path) -> None:
    (project / ".hadolint.yaml").write_text("ignored: [DL3004, DL3007]\noverride: {error: []}\n")
    ignore = "# hadolint global ignore=DL3004,DL3007\n# hadolint ignore=DL3004,DL3007\n"
    (project / "Dockerfile").write_text(ignore + BAD.replace("\nRUN", "\n# hadolint ignore=DL3004\nRUN"))
    codes = {finding["code"] for finding in json.loads(run(hadolint("Dockerfile"))[1])}
    assert {"DL3004", "DL3007"} <= codes


@pytest.mark.parametrize(
    "text",
    ["", "\0\0", "NONSENSE x\n", "FROM " + "a" * 99999, "RUN " + "$(" * 3000],
    ids=["empty", "nul", "nonsense", "long", "nested"],
)
def test_hadolint_survives_what_is_no_dockerfile(run: Run, project: Path, text: str) -> None:
    (project / "Dockerfile").write_text(text)
    status, said = run(hadolint("Dockerfile"))
    assert status == 0
    json.loads(said)


def test_scripts_are_made_from_plain_entries_only() -> None:
    text = """[console_scripts]
good = package.module:main
class = package:Class.method
extra = package:main [more]
../../evil = package:main
python = package:main
space = package:main; import os
line = package
x = os:system("evil")
[gui_scripts]
other = package:main
"""
    made = scripts(text, Path("/v/bin/python"))
    assert set(made) == {"good", "class", "extra"}
    assert made["class"] == "#!/v/bin/python\nimport sys\nfrom package import Class\nsys.exit(Class.method())\n"
    assert scripts("[console_scripts\nbroken", Path("/v")) == {}


def test_the_shell_is_a_virtual_environment_of_the_packages(tmp_path: Path, course: Environment) -> None:
    make_shell(tmp_path / ".venv", course.site)
    assert (tmp_path / ".venv" / "bin" / "pytest").is_file()
    assert (tmp_path / ".venv" / "bin" / "python").is_symlink()


LOOK = "import os; print(os.path.exists('/deps'), len(os.listdir('/submission')) > 0)"


def test_a_tool_that_reads_has_a_user_of_its_own_and_sees_no_package(
    sandbox: Sandbox, project: Path, course: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    users: list[int] = []
    start = type(sandbox).start

    def noted(self: Sandbox, *args: Any, **more: Any) -> Any:
        users.append(self.uid)
        return start(self, *args, **more)

    monkeypatch.setattr(type(sandbox), "start", noted)
    reads, runs = Tool("look", Launch(("-c", LOOK))), Tool("look", Launch(("-c", LOOK)), runs_code=True)
    said = [tool.run(each, sandbox, submission=project, deps=course.site).text for each in (reads, runs)]
    assert said == ["False True\n", "True True\n"]
    assert users[1] == sandbox.uid
    assert (users[0] != users[1]) is (os.geteuid() == 0)


def test_a_tool_that_does_not_end_is_ended(sandbox: Sandbox, project: Path, course: Environment) -> None:
    sleeps = Tool("sleep", Launch(("-c", "import time; time.sleep(60)"), limits=Limits(wall_s=0.5)))
    output = tool.run(sleeps, sandbox, submission=project, deps=course.site)
    assert output.status == 128 + 9


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(EnvironmentError_, match="no-such-linter is not installed") as missing:
        Tool.beside_grader("no-such-linter")
    assert "pip install" in missing.value.hint
