"""`grader report`: stored results of every version that is known, and a word on all others."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader.report import REPORTS, encode, for_learners
from tests.report.samples import SAMPLES

STORED = Path(__file__).parents[1] / "report" / "data"
GOLDEN = STORED.parent / "golden"


GRADER = Path(sys.executable).with_name("grader")


def report(stored: Path, out: Path) -> subprocess.CompletedProcess[str]:
    formats = [word for name in REPORTS for word in ("--format", name)]
    words = [str(GRADER), "report", str(stored), "--out", str(out), *formats]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)


def test_a_result_of_version_1_is_rendered_as_one_of_today(tmp_path: Path) -> None:
    done = report(STORED / "v1-mixed.json", tmp_path)
    assert done.returncode == 0, done.stderr  # the bar is not met, but the reports are written
    assert done.stdout.startswith("Wrote ")
    assert done.stdout.count("\n") == 1
    for name, made in REPORTS.items():
        written = (tmp_path / made.file_name).read_text("utf-8")
        assert written == made.render(for_learners(SAMPLES["mixed"]())), name
        assert name == "json" or written == (GOLDEN / made.file_name).read_text("utf-8")


def test_gates_are_written_in_every_format(tmp_path: Path) -> None:
    stored = tmp_path / "stored.json"
    stored.write_bytes(encode(SAMPLES["gated"]()))
    done = report(stored, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    for made in REPORTS.values():
        assert "ruff finds nothing by the course" in (tmp_path / "out" / made.file_name).read_text("utf-8")


def test_a_result_that_is_not_graded_is_rendered_all_the_same(tmp_path: Path) -> None:
    stored = tmp_path / "stored.json"
    stored.write_bytes(encode(SAMPLES["gate_ungraded"]()))
    done = report(stored, tmp_path / "out")
    assert done.returncode == 0, done.stderr


def test_reports_that_cannot_be_written_end_with_2(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    done = report(STORED / "v1-mixed.json", tmp_path / "out")
    assert done.returncode == 2, done.stderr
    assert "Choose another folder" in done.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "django-track/result/v3"}, "this grader reads"),
        ({"schema": None}, "not a result"),
        ({"module": "2"}, "not a result"),
        ({"surprise": 1}, "unknown key"),
    ],
)
def test_what_is_no_known_version_is_told_and_ends_with_2(tmp_path: Path, change: dict[str, object], said: str) -> None:
    stored = tmp_path / "stored.json"
    stored.write_text(json.dumps(json.loads((STORED / "v1-mixed.json").read_bytes()) | change))
    done = report(stored, tmp_path / "out")
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())
    assert not (tmp_path / "out").exists()
