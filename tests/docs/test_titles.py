"""What is named in two places has one name: tasks and their hints, parts of briefs, decisions and their index."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(path.parent for path in ROOT.glob("modules/*/module.toml"))
RECORDS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_each_task_has_a_hint_under_its_name(module: Path) -> None:
    tasks = re.findall(r"^### Task (\d+)\. (.+)$", (module / "README.md").read_text("utf-8"), re.MULTILINE)
    hints = re.findall(r"^(\d+)\. \*\*(.+?)\.\*\*", (module / "hints.md").read_text("utf-8"), re.MULTILINE)
    assert hints == tasks
    assert [int(number) for number, _ in tasks] == list(range(1, len(tasks) + 1))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_each_brief_has_the_same_parts(module: Path) -> None:
    parts = re.findall(r"^## (.+)$", (module / "README.md").read_text("utf-8"), re.MULTILINE)
    assert parts == ["What is given", "The contract", "How it is scored", "Reading"]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem[:4])
def test_a_decision_has_the_title_of_its_line_in_the_index(record: Path) -> None:
    index = (record.parent / "index.md").read_text("utf-8")
    number, title = record.read_text("utf-8").partition("\n")[0].removeprefix("# ").split(" ", 1)
    assert f"| {number} | [{title}]({record.name}) |" in index
    assert record.name.startswith(f"{number}-")
