"""The committed starters: what drifted is named, and a build leaves a whole one whatever happens."""

from pathlib import Path

import pytest

from grader.course import Course, Drift, build_solution, build_starters, check_starters
from grader.course.build import built_modules, graded_modules
from grader.course.ledger import entries
from grader.course.prove import superfluous

STARTER = "modules/01-one/starter"


@pytest.fixture
def built(course: Course) -> Course:
    """The course with its starters written."""
    build_starters(course)
    return course


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_course_without_starters_misses_all(course: Course):
    assert {d.kind for d in check_starters(course)} == {"missing"}
    assert {d.path.split("/starter/")[0] for d in check_starters(course)} == {"modules/01-one", "modules/02-two"}


def test_what_is_built_has_not_drifted(built: Course):
    assert check_starters(built) == ()
    assert build_starters(built) == ()


def appended(path: Path) -> None:
    path.write_text(path.read_text() + "# mine\n")


def linked(path: Path) -> None:
    text = path.read_text()
    path.unlink()
    path.with_suffix(".real").write_text(text)
    path.symlink_to(path.with_suffix(".real"))


DRIFT = [
    (lambda starter: appended(starter / "src/app.py"), [("src/app.py", "changed")]),
    (lambda starter: (starter / "src/app.py").chmod(0o755), [("src/app.py", "changed")]),
    (lambda starter: (starter / "src/app.py").unlink(), [("src/app.py", "missing")]),
    (lambda starter: (starter / "notes.md").write_text("mine"), [("notes.md", "extra")]),
    (lambda starter: linked(starter / "src/app.py"), [("src/app.py", "changed"), ("src/app.real", "extra")]),
]


@pytest.mark.parametrize(("change", "expected"), DRIFT, ids=["text", "mode", "gone", "extra", "link"])
def test_each_kind_of_drift_is_named_and_mended(built: Course, change, expected):
    change(built.root / STARTER)
    drift = tuple(Drift(f"{STARTER}/{path}", kind) for path, kind in expected)
    assert check_starters(built) == drift
    assert build_starters(built) == drift
    assert check_starters(built) == ()


def test_an_interrupted_swap_leaves_the_old_starter_whole(built: Course, monkeypatch: pytest.MonkeyPatch):
    appended(built.root / STARTER / "src/app.py")
    before = files(built.root / STARTER)
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build_starters(built)
    assert files(built.root / STARTER) == before
    assert not list((built.root / "modules/01-one").glob(".starter-*"))


def test_what_a_killed_build_left_is_cleared_by_the_next(built: Course):
    left = built.root / "modules/01-one/.starter-killed"
    (built.root / STARTER).rename(left)
    assert {d.kind for d in build_starters(built)} == {"missing"}
    assert check_starters(built) == ()
    assert not left.exists()


def test_the_solution_is_written_where_one_says(course: Course, tmp_path: Path):
    out = build_solution(course, 2, tmp_path / "solution")
    assert "the solution of two" in (out / "src/app.py").read_text()
    assert (out / "run.sh").stat().st_mode & 0o100


def test_a_module_that_cannot_be_graded_yet_has_a_starter_all_the_same(course: Course, rewrite):
    criteria = (course.folder(course.modules[1]) / "module.toml").read_text().partition("[[criteria]]")
    bare = rewrite("modules/02-two/module.toml", "".join(criteria[1:]), "")
    assert [m.number for m in built_modules(bare)] == [1, 2]
    assert [m.number for m in graded_modules(bare)] == [1]
    build_starters(bare)
    assert (bare.folder(bare.modules[1]) / "starter/src/app.py").is_file()


def test_a_draft_is_proved_only_when_it_is_asked_for(course: Course, rewrite):
    drafted = rewrite("modules/02-two/module.toml", "pass_score", "draft = true\npass_score")
    assert [m.number for m in graded_modules(drafted)] == [1]
    assert [m.number for m in graded_modules(drafted, only=1)] == [1]
    assert [m.number for m in graded_modules(drafted, only=2)] == [1, 2]
    assert {entry.name[:2] for entry in entries(drafted)} == {"01"}
    assert {entry.name[:2] for entry in entries(drafted, only=2)} == {"02"}


def test_what_was_proved_of_a_draft_stays_in_the_ledger(course: Course, rewrite):
    drafted = rewrite("modules/02-two/module.toml", "pass_score", "draft = true\npass_score")
    recorded = ["01/mutant/gone", "02/mutant/gone", "03/solution"]
    assert superfluous(drafted, list(entries(drafted)), recorded, None) == ["01/mutant/gone", "03/solution"]
    assert superfluous(drafted, list(entries(drafted, only=2)), recorded, 2) == ["02/mutant/gone"]


def test_the_starters_of_this_repository_have_not_drifted(real: Course):
    assert check_starters(real) == ()
