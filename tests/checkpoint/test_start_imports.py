"""What goes wrong while the project is imported: the learner's line, what was imported, and what to do."""

import pytest

from tests.checkpoint.starts import (
    CHECKS,
    HELPER,
    MODELS,
    SETTINGS,
    USES_HELPER,
    Stopped,
    one_finding_each,
)

STOPPED = {
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
    "a question to nobody": Stopped(
        {SETTINGS: '+\nNAME = input("Which database? ")\n'},
        "`input()` was called, and nobody is there to answer",
        f"{SETTINGS}:",
        "a variable with a default",
    ),
    "an import that does not end": Stopped(
        {HELPER: "A = 1\nwhile A:\n    A += 1\n", MODELS: USES_HELPER},
        f"{HELPER} was being imported and did not come to an end",
        f"{HELPER}:",
        "into a function",
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
    "a circle of imports": Stopped(
        {HELPER: "from posts.models import Post\n", MODELS: "from posts.helper import A\n"},
        "a circular import",
        f"{HELPER}:1",
        "inside the function",
    ),
    "an exception": Stopped(
        {HELPER: "A = 1 / 0\n", MODELS: USES_HELPER},
        "ZeroDivisionError: division by zero",
        f"{HELPER}:1",
        "Read the message",
    ),
}


test_one_finding_says_what_and_where_and_what_to_do = one_finding_each(STOPPED)


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
