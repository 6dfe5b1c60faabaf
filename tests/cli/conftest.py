"""Courses that commands are tried on."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNCHECKED = "04-security"


@pytest.fixture
def unchecked_course(tmp_path: Path) -> Path:
    """This course, as links, but for module 04, which has its gates and no checks."""
    course = tmp_path / "course"
    _link(ROOT, course, leave_out="modules")
    _link(ROOT / "modules", course / "modules", leave_out=UNCHECKED)
    module = course / "modules" / UNCHECKED
    _link(ROOT / "modules" / UNCHECKED, module, leave_out="module.toml")
    (module / "checks").unlink(missing_ok=True)
    blocks = (ROOT / "modules" / UNCHECKED / "module.toml").read_text().split("\n[[")
    kept = [block.replace("draft = true\n", "") for block in blocks if not block.startswith("criteria]]")]
    (module / "module.toml").write_text("\n[[".join(kept))
    return course


def _link(folder: Path, to: Path, *, leave_out: str) -> None:
    to.mkdir()
    for entry in folder.iterdir():
        if entry.name not in (leave_out, ".git"):
            (to / entry.name).symlink_to(entry)
