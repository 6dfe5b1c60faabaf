"""A tiny course, as data: one application of two modules, in a folder of the test's own."""

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grader.course import Course, gradings, load_course
from grader.course.ledger import Entry, Outcome
from grader.course.proving import Children
from grader.course.stale import Part
from tests.course.proofs import right

Write = Callable[[Mapping[str, str]], Path]

COURSE = """
name = "Tiny"
reference = "reference"
environment_lock = "reference"
modules = ["01-one", "02-two"]

[files]
"poetry.lock" = 1
"data.json" = 2
"made.json" = "02 solved"

[[generators]]
file = "poetry.lock"
checkpoint = 1
solved = false
generator = "stale-lock"
package = "idna"
"""

MODULE = """
number = {number}
slug = "{slug}"
title = "Module {number}"
pass_score = 80

[[criteria]]
id = "{area}.base"
title = "It stands"
points = 60
task = 1
hint = "Build it."
docs = [["Python", "https://docs.python.org/3/"]]
dimension = "architecture"
seen_by = ["observer", "claim"]

[[criteria]]
id = "{area}.guard"
title = "It holds"
points = 40
task = 1
hint = "Guard it."
docs = []
dimension = "testing"
seen_by = ["http"]
requires = ["{area}.base"]

[[criteria]]
id = "{area}.review"
title = "It was read"
points = 0
task = 1
hint = "Show it."
docs = []
dimension = "documentation"
seen_by = ["person"]
manual = true
"""

CHECK = '''
from grader.checkpoint import check


@check("{area}.base")
def test_base(app):
    """It stands, as everybody may see."""


@check("{area}.guard")
def test_guard(app):
    """It holds, and that is the hidden line of module {area}."""
'''

APPLICATION = '''"""What the application does."""

import os
import sys


def size(path: str) -> int:
    """How large a file is."""
    # BEGIN SOLUTION 01
    return os.stat(path).st_size + len("the solution of one")
    # STUB
    # # TODO(01): ask the file.
    # raise NotImplementedError
    # END


# BEGIN GIVEN 02
def name() -> str:
    """What this is called."""
    # BEGIN SOLUTION 02
    return sys.argv[0] + "the solution of two"
    # STUB
    # # TODO(02): ask the command line.
    # return ""
    # END


# END
# BEGIN BEFORE 02
# OLD = 1
# END
NEW = 2  # GIVEN 02
'''

PYPROJECT = """[project]
name = "tiny"
version = "1"
requires-python = ">=3.12"
dependencies = [
    "idna (>=3)",
]
"""

LOCK = """# lock

[[package]]
name = "idna"
version = "3.11"

[metadata]
content-hash = "0000"
"""

MUTANT = """title = "Forgets {area}"
must_fail = ["{area}.base", "{area}.guard"]

[[edits]]
file = "src/app.py"
old = "{old}"
new = "{old} - 1"
"""

OLD = {"one": '+ len(\\"the solution of one\\")', "two": "sys.argv[0]"}


def module_files(number: int, area: str) -> dict[str, str]:
    """The files of one module below the course's root."""
    slug = f"0{number}-{area}"
    base = f"modules/{slug}"
    return {
        f"{base}/module.toml": MODULE.format(number=number, slug=slug, area=area),
        f"{base}/README.md": "".join(f'<a id="{area}.{idea}"></a>\n' for idea in ("base", "guard", "review")),
        f"{base}/hints.md": "One hint.\n",
        f"{base}/design.md": f"The staff's own design of module {area}.\n",
        f"{base}/checks/conftest.py": "# shared\n",
        f"{base}/checks/public/test_public.py": "# nothing is tied to a criterion in public\n",
        f"{base}/checks/hidden/test_hidden.py": CHECK.format(area=area),
        f"{base}/mutants/forgets.toml": MUTANT.format(area=area, old=OLD[area]),
    }


PLAIN = "import os, sys\nNAMES = (os.name, sys)\n"

FILES: Mapping[str, str] = {
    "course.toml": COURSE,
    "reference/src/app.py": APPLICATION,
    "reference/src/plain.py": PLAIN,
    "reference/data.json": '{"two": true}\n',
    "reference/made.json": '{"by": "learners"}\n',
    "reference/pyproject.toml": PYPROJECT,
    "reference/poetry.lock": LOCK,
    "reference/run.sh": "# FILE SOLUTION 02\necho run\n",
    **module_files(1, "one"),
    **module_files(2, "two"),
}


def write_files(root: Path, files: Mapping[str, str]) -> Path:
    """Write the files below ``root``."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of a tiny course; its script is executable."""
    made = write_files(tmp_path / "course", FILES)
    (made / "reference/run.sh").chmod(0o755)
    return made


@pytest.fixture
def course(root: Path) -> Course:
    """The tiny course."""
    return load_course(root)


@pytest.fixture
def rewrite(root: Path) -> Callable[[str, str, str], Course]:
    """Replace a text that is in a file of the tiny course, and load the course again."""

    def change(path: str, old: str, new: str) -> Course:
        text = (root / path).read_text("utf-8")
        assert old in text
        (root / path).write_text(text.replace(old, new), "utf-8")
        return load_course(root)

    return change


@pytest.fixture(scope="session")
def real() -> Course:
    """The course of this repository."""
    return load_course(Path(__file__).parents[2])


@pytest.fixture
def without_git_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """As outside any git hook."""
    for name in [n for n in os.environ if n.startswith("GIT_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def graded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what was graded, each with its criteria and their checks where it was not all of them.

    Grading is stood in for, and comes out right.
    """
    names: list[str] = []
    lock = threading.Lock()

    def grade(
        course: Course, entry: Entry, room: Path, state_dir: Path, children: Children, part: Part | None
    ) -> Outcome:
        with lock:
            names.append(" ".join((entry.name, *part.criteria, *part.checks) if part else (entry.name,)))
        return right(course)[entry.name]

    monkeypatch.setattr(gradings, "_grade", grade)
    return names
