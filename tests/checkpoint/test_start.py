"""Projects that cannot start: one finding with its cause, its line and what to do; the rest waits or is measured."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.domain.evidence import Evidence
from grader.domain.status import Status

CHECKS = Path(__file__).parent / "data" / "started"
MODELS, URLS = "src/apps/posts/models.py", "src/config/urls.py"
SETTINGS, HELPER = "src/config/settings/testing.py", "src/apps/posts/helper.py"
USES_HELPER = "+\n\nfrom posts import helper\n"
GOOD = {}
MIGRATION = "src/apps/posts/migrations/0002_more.py"
RUN_SQL = """from django.db import migrations

STATEMENTS = {statements}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("posts", "0001_initial")]
    operations = [migrations.RunSQL(one) for one in STATEMENTS]
"""
LOGGING = """+
LOGGING = {
    "version": 1,
    "handlers": {"file": {"class": "logging.FileHandler", "filename": "debug.log"}},
    "root": {"handlers": ["file"]},
}
"""


@dataclass(frozen=True)
class Stopped:
    """Edits of a project that starts, what the finding says, the line that it names, and a word of the next step."""

    edits: dict[str, str | bytes]
    observed: str
    where: str
    advice: str


STOPPED = {
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
    "a call of exit": Stopped(
        {HELPER: "import sys\n\nsys.exit()\n", MODELS: USES_HELPER},
        "`exit()` was called while the file was imported",
        f"{HELPER}:3",
        "__main__",
    ),
    "a call of exit as at the prompt": Stopped(
        {HELPER: "A = 1\nexit()\n", MODELS: USES_HELPER},
        "NameError: `exit()` is there at the interactive prompt, and not in a program",
        f"{HELPER}:2",
        "ends the whole project",
    ),
    "a pointer of Git LFS": Stopped(
        {HELPER: f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 9\n", MODELS: USES_HELPER},
        f"{HELPER} is a pointer of Git LFS and not the file itself",
        f"{HELPER}:1",
        "git lfs pull",
    ),
    "a question to nobody": Stopped(
        {SETTINGS: '+\nNAME = input("Which database? ")\n'},
        "`input()` was called while the project was starting",
        f"{SETTINGS}:",
        "a variable with a default",
    ),
    "an import that does not end": Stopped(
        {HELPER: "A = 1\nwhile A:\n    A += 1\n", MODELS: USES_HELPER},
        f"{HELPER} was being imported and did not come to an end",
        f"{HELPER}:",
        "into a function",
    ),
    "no migrations": Stopped(
        {
            "src/apps/posts/migrations/0002_more.py": "from django.db import migrations\n\n\n"
            "class Migration(migrations.Migration):\n    dependencies = [('posts', '0001_first')]\n",
        },
        "the migration 0001_first of posts is missing, which another depends on: is it committed?",
        "",
        "makemigrations",
    ),
    "a package that is not in the lock": Stopped(
        {HELPER: "A = 1\nimport slugify\n", MODELS: USES_HELPER},
        "`slugify` is imported, and no package in poetry.lock brings it",
        f"{HELPER}:2",
        "poetry add",
    ),
    "a package of one's own in another folder": Stopped(
        {"backend/shop/__init__.py": "", MODELS: "+\n\nfrom shop import prices\n"},
        "`shop` is imported and lies in backend/, where Python does not look for it",
        f"{MODELS}:",
        "Move it to where it is looked for (src/",
    ),
    "an app that is not in the lock": Stopped(
        {SETTINGS: '+\nINSTALLED_APPS = [*INSTALLED_APPS, "import_export"]\n'},
        "`import_export` is imported, and no package in poetry.lock brings it",
        f"{SETTINGS}:",
        "poetry add",
    ),
    "a module of one's own that is missing": Stopped(
        {MODELS: "+\n\nfrom posts.helpers import shorten\n"},
        "there is no module `posts.helpers` in the submission",
        f"{MODELS}:",
        "commit the file",
    ),
    "a variable that is required": Stopped(
        {SETTINGS: '+\nimport os\n\nSITE_NAME = os.environ["SITE_NAME"]\n'},
        "the settings require the variable `SITE_NAME`, which is not set",
        f"{SETTINGS}:",
        "a default",
    ),
    "a variable that django-environ requires": Stopped(
        {SETTINGS: '+\nSITE_NAME = env.str("SITE_NAME")\n'},
        "the settings require the variable `SITE_NAME`, which is not set",
        f"{SETTINGS}:",
        "a .env file is not read there",
    ),
    "a file that cannot be written": Stopped(
        {SETTINGS: LOGGING},
        "ValueError: Unable to configure handler 'file', because of OSError: [Errno 30] Read-only file system",
        f"{SETTINGS}:",
        "/tmp",
    ),
    "a circle of imports": Stopped(
        {HELPER: "from posts.models import Post\n", MODELS: "from posts.helper import A\n"},
        "a circular import",
        f"{HELPER}:1",
        "inside the function",
    ),
    "a database that is too large": Stopped(
        {MIGRATION: RUN_SQL.format(statements=["CREATE TABLE large AS SELECT zeroblob(17000000) AS content"])},
        "it is larger than 16 MiB",
        "",
        "load less",
    ),
    "a table whose definition is no SQL": Stopped(
        {
            MIGRATION: RUN_SQL.format(
                statements=[
                    "CREATE TABLE oddities (a text)",
                    "PRAGMA writable_schema = ON",
                    "UPDATE sqlite_master SET sql = 'CREATE' WHERE name = 'oddities'",
                ]
            )
        },
        "malformed database schema (oddities)",
        f"{MIGRATION}:3",
        "SQL of your own that makes or changes `oddities`",
    ),
    "an exception": Stopped(
        {HELPER: "A = 1 / 0\n", MODELS: USES_HELPER},
        "ZeroDivisionError: division by zero",
        f"{HELPER}:1",
        "Read the message",
    ),
}


def statuses(evidence: Evidence) -> dict[str, Status]:
    return {o.criterion: o.status for o in evidence.observations}


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_project_that_starts_has_no_such_finding(run, database: str) -> None:
    evidence = run(GOOD, checks=CHECKS, database=database)
    assert evidence.start is None
    assert set(statuses(evidence).values()) == {Status.PASSED}


def test_a_project_starts_whose_constraints_call_functions_of_django(run) -> None:
    table = "CREATE TABLE rule (a text CHECK (a REGEXP '^[A-Z]+$'), b text CHECK (JSON_VALID(b)), c AS (MD5(a)))"
    evidence = run({MIGRATION: RUN_SQL.format(statements=[table])}, checks=CHECKS)
    assert evidence.start is None
    assert Status.BLOCKED not in statuses(evidence).values()


@pytest.mark.parametrize("name", STOPPED)
def test_one_finding_says_what_and_where_and_what_to_do(run, name: str) -> None:
    stopped = STOPPED[name]
    evidence = run(stopped.edits, checks=CHECKS)
    found = evidence.start
    assert found is not None
    assert stopped.observed in found.observed
    assert str(found.where or "").startswith(stopped.where)
    assert stopped.advice in found.remedy
    assert "manage.py" in found.repeat
    assert "importlib" not in found.traceback


SUBMODULE, LINK = "it is a submodule, whose files are in another repository", "it is a symbolic link"


@pytest.mark.parametrize(
    ("imports", "left_out", "observed"),
    [
        (
            "import shop",
            {"src/apps/shop": SUBMODULE},
            f"`shop` is imported, and src/apps/shop was left out: {SUBMODULE}",
        ),
        ("import shop.models", {"src/shop/": LINK}, f"`shop` is imported, and src/shop/ was left out: {LINK}"),
        (
            "from posts.prices import total",
            {"src/apps/posts/prices.py": LINK},
            f"`posts.prices` is imported, and src/apps/posts/prices.py was left out: {LINK}",
        ),
        (
            "from posts import prices",
            {"src/apps/posts/prices.py": LINK},
            f"`posts.prices` is imported, and src/apps/posts/prices.py was left out: {LINK}",
        ),
        ("import shop", {"src/apps/shops": SUBMODULE}, "`shop` is imported, and no package in poetry.lock brings it"),
    ],
)
def test_what_was_left_out_is_said_to_be_missing_for_that(
    run, imports: str, left_out: dict[str, str], observed: str
) -> None:
    """The last is the control: another folder was left out."""
    found = run({MODELS: f"+\n\n{imports}\n"}, checks=CHECKS, left_out=left_out).start
    assert found is not None
    assert observed in found.observed
    assert str(found.where).startswith(f"{MODELS}:")


@pytest.mark.parametrize("name", ["conflict marks", "no migrations"])
def test_what_needs_the_project_waits_and_files_are_measured(run, name: str) -> None:
    found = statuses(run(STOPPED[name].edits, checks=CHECKS))
    assert found.pop("started.file") is Status.PASSED
    # Settings that load need no table.
    loads = found.pop("started.load")
    assert loads is (Status.PASSED if name == "no migrations" else Status.BLOCKED)
    assert set(found.values()) == {Status.BLOCKED}


def test_a_hidden_check_waits_just_the_same(run) -> None:
    evidence = run(STOPPED["an exception"].edits, checks=CHECKS, database="postgres")
    assert statuses(evidence)["started.hidden"] is Status.BLOCKED


def test_nobody_can_choose_to_be_measured_again_by_a_name(run) -> None:
    """What the grader's own exception is called, a project can call its own: it is blocked, and never in doubt."""
    lie = "class StillLoading(BaseException):\n    pass\n\n\nraise StillLoading('graded by hand: 100 points')\n"
    evidence = run({HELPER: lie, MODELS: USES_HELPER}, checks=CHECKS)
    assert evidence.start is not None
    assert not evidence.start.unsure
    assert evidence.unsure == frozenset()
    assert statuses(evidence)["started.model"] is Status.BLOCKED


def test_the_whole_chain_of_causes_is_told(run) -> None:
    """Without ``__cause__`` it would be said that a handler cannot be configured, and not why."""
    evidence = run(STOPPED["a file that cannot be written"].edits, checks=CHECKS)
    assert evidence.start is not None
    assert "Read-only file system" in evidence.start.traceback


def test_a_traceback_keeps_its_end(run) -> None:
    text = "raise ValueError('x' * 1900 + ' is the end')\n"
    calls = "".join(f"def f{n}():\n    f{n + 1}()  {'#' * 180}\n\n" for n in range(60))
    evidence = run({HELPER: f"{calls}def f60():\n    {text}\n\nf0()\n", MODELS: USES_HELPER}, checks=CHECKS)
    assert evidence.start is not None
    assert evidence.start.traceback.startswith("…")
    assert evidence.start.traceback.endswith("is the end")


def test_a_start_that_fails_is_soon_told(run, capsys: pytest.CaptureFixture[str]) -> None:
    """Three times the run of a project that starts; asserted with room for a busy machine, and printed."""

    def seconds(edits: dict[str, str | bytes]) -> float:
        before = time.monotonic()
        run(edits, checks=CHECKS)
        return time.monotonic() - before

    seconds(GOOD)
    good = min(seconds(GOOD) for _ in range(2))
    ratios = {name: seconds(stopped.edits) / good for name, stopped in STOPPED.items()}
    with capsys.disabled():
        sys.stdout.write(f"\nstart: {good:.2f} s" + "".join(f", {name} ×{r:.1f}" for name, r in ratios.items()) + "\n")
    quick = {name: ratio for name, ratio in ratios.items() if name != "an import that does not end"}
    assert max(quick.values()) < 10
