"""Files that are missing or cannot be read as Python: each is named, with its line and what to do."""

from dataclasses import replace

from grader.domain.layout import COURSE
from grader.domain.status import Status
from tests.checkpoint.starts import (
    CHECKS,
    HELPER,
    MODELS,
    USES_HELPER,
    Stopped,
    one_finding_each,
    statuses,
)

AT_THE_ROOT = "there is no manage.py, by which the project is started"
STOPPED = {
    "no manage.py": Stopped({"manage.py": None}, AT_THE_ROOT, "", "every starter brings it"),
    "manage.py beside the code": Stopped(
        {"manage.py": None, "src/manage.py": "import sys\n"},
        f"{AT_THE_ROOT}: it lies at src/manage.py",
        "",
        'track.toml with the lines `[layout]` and `manage = "src/manage.py"`',
    ),
    "conflict marks": Stopped(
        {HELPER: "A = 1\n<<<<<<< HEAD\nB = 1\n=======\nB = 2\n>>>>>>> feature\n", MODELS: USES_HELPER},
        "a merge left its conflict marks in the file",
        f"{HELPER}:2",
        "<<<<<<<",
    ),
    "a syntax that is newer": Stopped(
        {HELPER: "try:\n    pass\nexcept OSError, ValueError:\n    pass\n", MODELS: USES_HELPER},
        "this syntax is newer",
        f"{HELPER}:3",
        "as Python 3.",
    ),
    "a syntax error": Stopped(
        {HELPER: "A = 1\ndef broken(:\n    pass\n", MODELS: USES_HELPER},
        "SyntaxError: invalid syntax",
        f"{HELPER}:2",
        "graded with Python 3.",
    ),
    "another encoding": Stopped(
        {HELPER: "A = 1\n".encode("utf-16"), MODELS: USES_HELPER},
        f"{HELPER} is not UTF-8 (it begins with the bytes FF FE 41 00, which is UTF-16)",
        HELPER,
        "UTF-8",
    ),
    "a pointer of Git LFS": Stopped(
        {HELPER: f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 9\n", MODELS: USES_HELPER},
        f"{HELPER} is a pointer of Git LFS and not the file itself",
        f"{HELPER}:1",
        "git lfs pull",
    ),
}


test_one_finding_says_what_and_where_and_what_to_do = one_finding_each(STOPPED)


def test_a_project_that_says_where_its_manage_py_is_starts(run) -> None:
    moved = {"manage.py": None, "src/manage.py": "import sys\n"}
    evidence = run(moved, checks=CHECKS, layout=replace(COURSE, manage="src/manage.py"))
    assert evidence.start is None
    assert Status.BLOCKED not in statuses(evidence).values()
