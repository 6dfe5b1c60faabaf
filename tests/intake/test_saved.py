"""What counts as saved."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.intake import IntakeLimits
from grader.intake.saved import changed, marks


def _write(name: str, text: str = "x") -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)

    return write


def _replace(folder: Path) -> None:
    """As careful editors save: a new file takes the old one's name, here with the old one's size and time."""
    old = (folder / "manage.py").stat()
    (folder / "new").write_bytes((folder / "manage.py").read_bytes())
    os.utime(folder / "new", ns=(old.st_atime_ns, old.st_mtime_ns))
    (folder / "new").replace(folder / "manage.py")


def _same_length(folder: Path) -> None:
    path = folder / "manage.py"
    earlier = path.stat()
    path.write_bytes(path.read_bytes().swapcase())
    os.utime(path, ns=(earlier.st_atime_ns, earlier.st_mtime_ns + 1))


SEEN = {
    "written": (_write("src/config/settings.py", "DEBUG = True\n"), ("src/config/settings.py",)),
    "as long as before": (_same_length, ("manage.py",)),
    "replaced": (_replace, ("manage.py",)),
    "new": (_write("src/apps/new.py"), ("src/apps/new.py",)),
    "gone": (lambda folder: (folder / "README.md").unlink(), ("README.md",)),
    "renamed": (lambda folder: (folder / "README.md").rename(folder / "A.md"), ("A.md", "README.md")),
    "a link": (lambda folder: (folder / "link").symlink_to("."), ("link",)),
}
UNSEEN: dict[str, Callable[[Path], None]] = {
    "compiled": _write("src/__pycache__/a.cpython-313.pyc"),
    "a repository": _write(".git/index"),
    "an environment": lambda folder: [_write("env/pyvenv.cfg")(folder), _write("env/lib/a.py")(folder)][0],
    "reports": lambda folder: [_write("out/result.json")(folder), _write("out/report.html")(folder)][0],
    "an empty folder": lambda folder: (folder / "empty").mkdir(),
    "nothing": lambda folder: None,
}


@pytest.mark.parametrize(("act", "paths"), SEEN.values(), ids=SEEN)
def test_what_is_saved_is_named(project: Path, act: Callable[[Path], None], paths: tuple[str, ...]) -> None:
    before = marks(project)
    act(project)
    assert changed(before, marks(project)) == paths


@pytest.mark.parametrize("act", UNSEEN.values(), ids=UNSEEN)
def test_what_tools_make_is_no_save(project: Path, act: Callable[[Path], None]) -> None:
    before = marks(project)
    act(project)
    assert changed(before, marks(project)) == ()


def test_a_folder_that_leads_back_to_itself_ends(project: Path) -> None:
    (project / "src" / "loop").symlink_to(project)
    assert sorted(marks(project)) == ["README.md", "manage.py", "src/config/settings.py", "src/loop"]


def test_no_more_is_listed_than_may_be_handed_in(project: Path) -> None:
    assert len(marks(project, IntakeLimits(entries=2))) == 2
    assert sorted(marks(project, IntakeLimits(depth=0))) == ["README.md", "manage.py"]


def test_a_folder_that_is_gone_has_no_files(tmp_path: Path) -> None:
    assert marks(tmp_path / "none") == {}
