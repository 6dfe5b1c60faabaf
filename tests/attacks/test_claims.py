"""Projects that say of themselves what is not so (`lies/*.toml`): a check that takes their word believes each of them.

That is the control: it shows that the lie would succeed where nobody else is asked. The course's own checks see it.
"""

import shutil
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from grader.domain.status import Status
from grader.pipeline import Assignment, Options, grade
from tests.attacks.conftest import Bait

pytestmark = pytest.mark.slow(minutes=1)

FOLDER = Path(__file__).parent / "lies"
HEAD = "import pytest\n\nfrom grader.checkpoint import check\n\n\n@check({criterion!r}{database})\n"
Bases = dict[tuple[str, int], Path]


@dataclass(frozen=True)
class Lie:
    """Edits of the solution of a module, and the test that takes its word for the criterion.

    ``seen`` is part of what the course's checks observe of it.
    """

    title: str
    criterion: str
    believing: str
    edits: list[dict[str, str]]
    seen: str = ""
    module: int = 2

    def told(self, bases: Bases, folder: Path) -> Path:
        """The solution with the lie in it: a text replaced, appended, or a new file."""
        shutil.copytree(bases["solution", self.module], folder)
        for edit in self.edits:
            path = folder / edit["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            text = path.read_text("utf-8") if path.exists() else ""
            assert "old" not in edit or text.count(edit["old"]) == 1, edit
            changed = text.replace(edit["old"], edit["new"]) if "old" in edit else edit.get("new", "")
            path.write_text(f"{text}\n\n{edit['append']}" if "append" in edit else changed, "utf-8")
        return folder

    def believer(self, assignment: Assignment, folder: Path) -> Assignment:
        """The assignment with that one test in the place of all of the course's checks."""
        (folder / "public").mkdir(parents=True)
        shutil.copy(assignment.public.parent / "conftest.py", folder)
        database = ", database='postgres'" if self.criterion == "domain.slug-race" else ""
        head = HEAD.format(criterion=self.criterion, database=database)
        (folder / "public" / "test_control.py").write_text(head + self.believing, "utf-8")
        return replace(assignment, public=folder / "public", hidden=None)


def read(path: Path) -> Lie:
    return Lie(**tomllib.loads(path.read_text("utf-8")))


FORGED = read(FOLDER / "a-forged-answer-about-sqlite.toml")
LIES = [lie for path in sorted(FOLDER.glob("*.toml")) if (lie := read(path)) != FORGED]
each = pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.title.replace(" ", "-"))


def verdict(tree: Path, assignment: Assignment, criterion: str, state_dir: Path, **how: str) -> tuple[Status, str]:
    """What became of the criterion, and why."""
    options = Options(state_dir=state_dir, seed=3, criteria=(criterion,), **how)  # type: ignore[arg-type]
    result = grade(tree, assignment, options, progress=lambda step: None)
    found = next(c for c in result.criteria if c.id == criterion)
    wrong = [f"{o.check}: {o.observed} {o.fault[-300:]}" for o in found.observations if o.status != Status.PASSED]
    return found.status, "; ".join(wrong)


@each
def test_it_is_believed_where_nobody_else_is_asked(
    lie: Lie, bait: Bait, bases: Bases, tmp_path: Path, state_dir: Path
) -> None:
    tree = lie.told(bases, tmp_path / "submission")
    control = lie.believer(bait.assignments[lie.module], tmp_path / "checks")
    assert verdict(tree, control, lie.criterion, state_dir) == (Status.PASSED, "")


@each
def test_it_is_seen_by_the_checks_of_the_course(
    lie: Lie, bait: Bait, bases: Bases, tmp_path: Path, state_dir: Path
) -> None:
    tree = lie.told(bases, tmp_path / "submission")
    status, why = verdict(tree, bait.assignments[lie.module], lie.criterion, state_dir)
    assert status is Status.FAILED
    assert lie.seen in why


@pytest.mark.parametrize(("mode", "expected"), [("savepoint", Status.PASSED), ("fork", Status.FAILED)])
def test_what_the_agent_says_of_sqlite_counts_in_practice_only(
    mode: str, expected: Status, bait: Bait, bases: Bases, tmp_path: Path, state_dir: Path
) -> None:
    tree = FORGED.told(bases, tmp_path / "submission")
    control = FORGED.believer(bait.assignments[2], tmp_path / "checks")
    status, why = verdict(tree, control, FORGED.criterion, state_dir, database="sqlite", mode=mode)
    assert status is expected, why
