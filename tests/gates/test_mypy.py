"""mypy as a gate: with the plugin for Django, on a project that would like mypy to look elsewhere."""

import random
from collections.abc import Callable

import pytest

from grader.domain.evidence import Measurement
from grader.domain.status import Status
from grader.gates.style.mypy import measure
from grader.gates.style.planted import plant, without_switches
from tests.gates.suite.conftest import SubjectOf, deps, subject_of

__all__ = ["deps", "subject_of"]
Measured = Callable[..., Measurement]
SETTINGS = """SECRET_KEY = "for-tests"
INSTALLED_APPS = ["shop"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
"""
MODELS = """from django.db import models


class Item(models.Model):
    name = models.CharField(max_length=20)
    price = models.IntegerField(null=True)


def names() -> list[str]:
    return [item.name for item in Item.objects.all()]
"""
GOOD = {
    "pyproject.toml": "[tool.mypy]\n",
    "src/config/__init__.py": "",
    "src/config/settings/__init__.py": "",
    "src/config/settings/testing.py": SETTINGS,
    "src/apps/shop/__init__.py": "",
    "src/apps/shop/models.py": MODELS,
    "src/apps/shop/more.py": '"""More."""\n\n\ndef double(number: int) -> int:\n    return 2 * number\n',
}
BAD = '"""Bad."""\n\n\ndef f(x):\n    return x\n'
WRONG = '"""Bad."""\n\n\ndef f() -> int:\n    return ""\n'
# What each file has, and the code of the one error that is found there.
PLANTED = {
    "untyped.py": (BAD, "no-untyped-def"),
    "wrong.py": (WRONG, "return-value"),
    "field.py": ("from shop.models import Item\n\nItem(nothing=5)\n", "misc"),
    "lookup.py": ('from shop.models import Item\n\nItem.objects.filter(nme="x")\n', "misc"),
    "null.py": ("from shop.models import Item\n\nTOTAL: int = Item().price\n", "assignment"),
    "absent.py": ("from shop import models\n\nmodels.Nothing\n", "attr-defined"),
    "blanket.py": (WRONG.replace('return ""', 'return ""  # type: ignore'), "ignore-without-code"),
    "unused.py": ("X: int = 1  # type: ignore[assignment]\n", "unused-ignore"),
}
# Each would be all right for mypy as the project itself has it.
HIDDEN = {
    "file_wide.py": ("# mypy: ignore-errors\n" + WRONG, "return-value"),
    "file_wide2.py": ("# type: ignore\n" + WRONG, "return-value"),
    "code.py": ('# mypy: disable-error-code="return-value"\n' + WRONG, "return-value"),
    "no_check.py": (
        '"""Bad."""\n\nfrom typing import no_type_check\n\n\n@no_type_check\ndef f() -> int:\n    return ""\n',
        "hidden",
    ),
    "never.py": (
        'from typing import TYPE_CHECKING\n\nif not TYPE_CHECKING:\n    X: int = ""\n',
        "hidden",
    ),
    "constant.py": ('MYPY = False\nif not MYPY:\n    X: int = ""\n', "hidden"),
}
OWN = """[tool.mypy]
ignore_errors = true
exclude = ".*"
plugins = ["shop.plugin"]
[[tool.mypy.overrides]]
module = "*"
ignore_errors = true
follow_imports = "skip"
"""


@pytest.fixture
def measured(subject_of: SubjectOf) -> Measured:
    def measure_files(files: dict[str, str], seed: int = 1) -> Measurement:
        with subject_of(files, seed=seed) as subject:
            return measure(subject)

    return measure_files


def below(files: dict[str, tuple[str, str]]) -> dict[str, str]:
    return {f"src/apps/shop/{name}": text for name, (text, _) in files.items()}


@pytest.mark.slow
def test_what_is_wrong_is_found_once_and_placed_and_the_projects_own_words_change_nothing(measured: Measured) -> None:
    stub = {"src/apps/shop/wrong.pyi": "def f() -> int: ...\n", "src/apps/shop/stub.pyi": "X: int\n"}
    plugin = {"src/apps/shop/plugin.py": "raise SystemExit(0)\n"}
    own = {"pyproject.toml": OWN, "mypy.ini": "[mypy]\nignore_errors = True\n", "setup.cfg": "[mypy]\nexclude = .*\n"}
    found = measured({**GOOD, **below(PLANTED), **below(HIDDEN), **stub, **plugin, **own})
    assert found.status is Status.PASSED, found.reason
    expected = sorted(
        (f"src/apps/shop/{name}", code) for name, (_, code) in {**PLANTED, **HIDDEN, "stub.pyi": ("", "hidden")}.items()
    )
    assert sorted((f.where.path, f.rule) for f in found.findings if f.where) == expected
    assert found.value == len(expected)


@pytest.mark.slow
def test_settings_find_the_variables_that_they_find_in_checks(measured: Measured) -> None:
    reads = 'import os\n\nSECRET_KEY = os.environ["SECRET_KEY"]\nURL = os.environ["DATABASE_URL"]\n'
    found = measured({**GOOD, "src/config/settings/testing.py": SETTINGS.partition("\n")[2] + reads})
    assert (found.status, found.value, found.reason) == (Status.PASSED, 0, "")


@pytest.mark.slow
def test_control_what_is_right_has_none(measured: Measured) -> None:
    found = measured(GOOD)
    assert (found.status, found.value, found.reason) == (Status.PASSED, 0, "")


# The settings are imported by the plugin, in the process of mypy itself.
@pytest.mark.slow
@pytest.mark.parametrize(
    "trick",
    [
        "import os, sys\nif 'mypy' in sys.modules:\n    os._exit(0)\n",
        pytest.param(
            "import sys, io\nif 'mypy' in sys.modules:\n    import mypy.api\n"
            "    sys.stdout = io.StringIO()\n    import os\n    os.dup2(os.open('/dev/null', 1), 1)\n",
            marks=pytest.mark.exhaustive,
        ),
    ],
)
def test_settings_that_end_or_silence_mypy_are_noticed(measured: Measured, trick: str) -> None:
    files = {**GOOD, **below(PLANTED), "src/config/settings/testing.py": trick + SETTINGS}
    found = measured(files)
    assert found.status is Status.FAILED
    assert "planted in a copy" in found.reason


@pytest.mark.slow
def test_control_without_guards_the_tricks_would_work(measured: Measured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.gates.style.mypy.plant", lambda modules, rng: {})
    trick = "import os, sys\nif 'mypy' in sys.modules:\n    os._exit(0)\n"
    ended = measured({**GOOD, **below(PLANTED), "src/config/settings/testing.py": trick + SETTINGS})
    monkeypatch.setattr("grader.gates.style.mypy.without_switches", lambda text, is_test: text)
    silenced = measured({**GOOD, **{path: text for path, text in below(HIDDEN).items() if "file_wide" in path}})
    assert [(found.status, found.value) for found in (ended, silenced)] == [(Status.PASSED, 0)] * 2


@pytest.mark.slow
def test_a_project_that_does_not_load_is_told_so(measured: Measured) -> None:
    found = measured({**GOOD, "src/config/settings/testing.py": "raise RuntimeError('no key')\n"})
    assert found.status is Status.FAILED
    assert "could not check the project" in found.reason


def test_a_project_without_annotations_is_not_held_to_them(measured: Measured) -> None:
    found = measured({"src/a.py": "def f(x):\n    return x\n"})
    assert found.status is Status.NOT_APPLICABLE
    assert measured({}).status is Status.NOT_APPLICABLE


def test_comments_for_a_file_are_silenced_and_no_line_moves() -> None:
    text = "# mypy: ignore-errors\n  # type: ignore\nx = 1  # type: ignore[misc]\n"
    assert without_switches(text) == "# - mypy: ignore-errors\n# - type: ignore\nx = 1  # type: ignore[misc]\n"


def test_only_a_test_may_go_without_annotations() -> None:
    text = '# mypy: disable-error-code="no-untyped-def"\n'
    assert without_switches(text, is_test=True) == text
    assert without_switches(text) != text
    assert without_switches('# mypy: disable-error-code="no-untyped-def, misc"\n', is_test=True).startswith("# -")


def test_lines_of_a_module_with_a_planted_function_keep_their_numbers() -> None:
    modules = {"a.py": MODELS, "b.py": "x = 1\n"}
    (one,) = plant(modules, random.Random(1)).values()
    before, after = MODELS.split("\n"), one.text.split("\n")
    for number, line in enumerate(after, 1):
        original = one.original(number)
        assert original is None or before[original - 1] == line
    assert len(after) == len(before) + one.length


def test_a_module_without_statements_of_its_own_gets_the_function_at_its_end() -> None:
    (one,) = plant({"a.py": "x = 1\n"}, random.Random(1)).values()
    assert one.text.startswith("x = 1\n\ndef ")
    assert [one.original(number) for number in (1, 2, 3, 4)] == [1, 2, None, None]
