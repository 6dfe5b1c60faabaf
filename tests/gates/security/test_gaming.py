"""What a submission does to have itself left out of the scan."""

import pytest

from tests.gates.security.conftest import Scan
from tests.gates.security.labelled.pieces import AWS

BAD = "import subprocess\n\n\ndef f(x):\n    subprocess.run(x, shell=True)\n"
KEY = f'KEY = "{AWS}"\n'
PLAIN = {"src/bad.py": BAD, "src/key.py": KEY}
TRICKS: dict[str, dict[str, str]] = {
    "bandit's ini file": {".bandit": "[bandit]\nskips = B602\nexclude = src\n"},
    "bandit in pyproject.toml": {"pyproject.toml": '[tool.bandit]\nskips = ["B602"]\nexclude_dirs = ["src"]\n'},
    "nosec": {"src/bad.py": BAD.replace("True)", "True)  # nosec B602")},
    "a baseline of secrets": {".secrets.baseline": '{"version": "1.5.0", "results": {}, "filters_used": []}'},
    "an allowlist comment": {"src/key.py": KEY.replace("\n", "  # pragma: allowlist secret\n")},
    "a module named like the scanner's": {"bandit/__init__.py": "raise SystemExit(0)\n", "json.py": "1 / 0\n"},
    "sitecustomize": {"sitecustomize.py": "import os\n\nos._exit(0)\n"},
    "tests that are the application": {
        "src/bad.py": "x = 1\n",
        "src/tests/bad.py": BAD,
        "src/views.py": "from tests.bad import f\n",
    },
    "tests named in the settings": {
        "src/bad.py": "x = 1\n",
        "src/tests/bad.py": BAD,
        "src/settings.py": 'INSTALLED_APPS = ["src.tests.bad"]\n',
    },
    "a folder that bandit leaves out": {"src/bad.py": "x = 1\n", ".eggs/bad.py": BAD},
}


def test_control_one_weakness_and_one_key_are_two_findings(scan_files: Scan) -> None:
    assert scan_files(PLAIN)[0].value == 2


def test_control_a_weakness_in_a_test_that_nothing_uses_is_low(scan_files: Scan) -> None:
    assert [m.value for m in scan_files({"src/tests/bad.py": BAD, "src/views.py": "x = 1\n"})] == [0, 0]


@pytest.mark.parametrize("name", TRICKS)
def test_a_trick_changes_nothing(scan_files: Scan, name: str) -> None:
    assert scan_files(PLAIN | TRICKS[name])[0].value == 2


def test_what_was_to_be_silenced_is_listed(scan_files: Scan) -> None:
    _, medium = scan_files(PLAIN | TRICKS["nosec"] | TRICKS["bandit's ini file"])
    assert {f.rule for f in medium.findings} == {"security.nosec", "security.configuration"}


SNIFFING = {
    "a variable of the grader": 'import os\n\nDEBUG = "TRACK_USERS" not in os.environ\n',
    "a variable read by get": 'import os\n\nDEBUG = not os.environ.get("GRADER_CACHE")\n',
    "a folder of the sandbox": 'from pathlib import Path\n\nDEBUG = not Path("/submission").exists()\n',
}


@pytest.mark.parametrize("name", SNIFFING)
def test_settings_that_look_for_the_grader_are_a_finding(scan_files: Scan, name: str) -> None:
    _, medium = scan_files({"src/settings.py": SNIFFING[name]})
    assert [f.rule for f in medium.findings if f.rule.startswith("security.looks")] == ["security.looks-for-grader"]
    assert medium.value == 1


def test_control_settings_that_look_at_their_own_environment_are_none(scan_files: Scan) -> None:
    own = 'import os\n\nDEBUG = os.environ.get("DEBUG") == "1"\nHOME = "/srv/submissions"\n'
    assert [m.value for m in scan_files({"src/settings.py": own})] == [0, 0]


def test_code_that_knows_a_scanner_by_name_is_listed_and_weighs_little(scan_files: Scan) -> None:
    code = 'def block(request):\n    return "wapiti" in request.headers["User-Agent"]\n'
    _, medium = scan_files({"src/views.py": code})
    assert (medium.findings[0].rule, medium.value) == ("security.looks-for-scanner", 0)
