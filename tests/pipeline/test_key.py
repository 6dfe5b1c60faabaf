"""The key of evidence: whatever can change what is measured changes it, and nothing else does."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from grader.domain.advisories import Advisories
from grader.domain.course import Criterion, Dimension, Gate, Module
from grader.domain.layout import COURSE, Layout
from grader.environment import Environment
from grader.intake import Submission
from grader.pipeline import Assignment, Options, key
from grader.pipeline.key import evidence_key

CRITERION = Criterion("x.rule", "A rule", 100, 1, "", (), Dimension.TESTING)


@dataclass(frozen=True)
class Given:
    """All that a key is made from."""

    submission: Submission
    environment: Environment
    assignment: Assignment
    options: Options
    layout: Layout = COURSE
    tip: str = ""

    @property
    def key(self) -> str:
        return evidence_key(self.submission, self.environment, self.assignment, self.options, self.layout, self.tip)


@pytest.fixture
def given(tmp_path: Path) -> Given:
    for name in ("checks/public", "checks/hidden", "lock"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "checks" / "hidden" / "test_x.py").write_text("x = 1\n")
    (tmp_path / "lock" / "poetry.lock").write_text("# lock\n")
    public, hidden = tmp_path / "checks" / "public", tmp_path / "checks" / "hidden"
    module = Module(2, "02-x", "X", 80, (CRITERION,))
    return Given(
        Submission("ada", tmp_path, None, "t" * 64, ("manage.py",), ()),
        Environment(tmp_path / "site", "e" * 64, {}, "submission"),
        Assignment(module, public, hidden, tmp_path / "lock"),
        Options(tmp_path),
    )


def part(name: str, **changes: Any) -> Callable[[Given], Given]:
    return lambda given: replace(given, **{name: replace(getattr(given, name), **changes)})


def module(**changes: Any) -> Callable[[Given], Given]:
    return lambda g: replace(g, assignment=replace(g.assignment, module=replace(g.assignment.module, **changes)))


def written(name: str) -> Callable[[Given], Given]:
    def change(given: Given) -> Given:
        (given.submission.root / name).write_text("changed\n")
        return given

    return change


GATE = Gate("g", "G", "m", "≥", 95.0, "%")
DIFFERENT: dict[str, Callable[[Given], Given]] = {
    "tree": part("submission", tree_hash="u" * 64),
    "packages": part("environment", key="f" * 64),
    "whose lock": part("environment", origin="course"),
    "a check": written("checks/hidden/test_x.py"),
    "what checks share": written("checks/conftest.py"),
    "the course's lock": written("lock/poetry.lock"),
    "no hidden checks": part("assignment", hidden=None),
    "what checks read": written("checks/hidden/answers.json"),
    "criteria": module(criteria=(CRITERION, replace(CRITERION, id="x.other"))),
    "a gate": module(gates=(GATE,)),
    "another gate": module(gates=(replace(GATE, metric="n"),)),
    "sandbox": part("options", sandbox="bubblewrap"),
    "database": part("options", database="sqlite"),
    "mode": part("options", mode="savepoint"),
    "seed": part("options", seed=1),
    "another seed": part("options", seed=2),
    "public only": part("options", public_only=True),
    "some criteria": part("options", criteria=("x.rule",)),
    "advisories": part("assignment", advisories=Advisories(Path("a"), "2026-11-01", "a" * 64)),
    "newer advisories": part("assignment", advisories=Advisories(Path("a"), "2026-11-02", "b" * 64)),
    "a history": lambda given: replace(given, tip="d" * 40),
    "settings": part("layout", settings="config.settings.other"),
}


def test_whatever_can_change_what_is_measured_is_in_it(given: Given) -> None:
    keys = {"as it is": given.key} | {name: change(given).key for name, change in DIFFERENT.items()}
    assert len(set(keys.values())) == len(keys), keys


@pytest.mark.parametrize(
    "change",
    [
        part("submission", source="eve", commit="c" * 40),
        part("options", lanes=4),
        part("options", fresh=True),
        module(criteria=(replace(CRITERION, points=50, hint="x", title="y"),), pass_score=70, title="Y"),
    ],
)
def test_names_points_and_words_are_not(given: Given, change: Callable[[Given], Given]) -> None:
    assert change(given).key == given.key


@pytest.mark.parametrize("name", ["code_hash", "_tools"])
def test_another_grader_or_other_tools_measure_anew(given: Given, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    before = given.key
    monkeypatch.setattr(key, name, lambda: "other")
    assert given.key != before


def test_what_python_and_editors_leave_beside_checks_is_not(given: Given) -> None:
    before = given.key
    left = given.submission.root / "checks" / "hidden"
    for name in ("__pycache__/test_x.cpython-313.pyc", ".test_x.py.swp", ".pytest_cache/README.md"):
        (left / name).parent.mkdir(exist_ok=True)
        (left / name).write_text("left")
    assert given.key == before


def test_the_configuration_of_tools_is_as_code_of_the_grader() -> None:
    """A rule that is turned on in it changes what a tool finds."""
    files = {path.relative_to(path.parents[2]).as_posix() for path in key.measuring_files()}
    assert {"tools/configuration/ruff.toml", "tools/configuration/hadolint.yaml"} <= files
    assert not [name for name in files if name.endswith(".pyc")]


def test_the_graders_code_is_all_that_can_change_evidence() -> None:
    home = Path(key.__file__).parents[1]
    rooms = {path.name for path in home.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    # The architecture of a project is read apart, under a key of its own: grader.pipeline.architecture.
    besides = {"appeal", "architecture", "classroom", "cli", "course", "given", "lab", "report", "review"}
    assert rooms - set(key._ROOMS) == besides
    # Folders, processes and their end: no evidence is made there.
    assert {path.name for path in home.glob("*.py")} == {"__init__.py", "children.py", "ending.py", "workspace.py"}


@pytest.mark.parametrize(
    "changes",
    [
        {"threshold": 96.0, "op": ">"},
        {"points": 50, "blocks": True, "hint": "x"},
        {"id": "h", "title": "H", "dimension": Dimension.SECURITY},
    ],
)
def test_how_a_gate_is_judged_is_not_in_it(given: Given, changes: dict[str, Any]) -> None:
    """A new threshold or new points score what is stored; nothing is measured again."""
    before = module(gates=(GATE,))(given).key
    assert module(gates=(replace(GATE, **changes),))(given).key == before
