"""`grader lab`: a notebook released, handed in and graded by commands, and misuse told in sentences."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

GRADER = Path(sys.executable).with_name("grader")
LAB = Path(__file__).parents[2] / "modules" / "01-environment" / "lab" / "precedence.ipynb"


def lab(*words: str, code: int) -> str:
    done = subprocess.run(
        [str(GRADER), "lab", *words], capture_output=True, text=True, timeout=500, check=False, cwd=LAB.parent
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout if code == 0 else done.stdout + done.stderr


@pytest.mark.slow(minutes=1)
def test_release_and_grade(tmp_path: Path) -> None:
    said = lab("release", "01", "--out", str(tmp_path / "released"), code=0)
    assert "no solution and no hidden test was found in it" in said
    folder = tmp_path / "in" / "ada"
    folder.mkdir(parents=True)
    (folder / "precedence.ipynb").write_text(LAB.read_text())
    (tmp_path / "in" / "bo.ipynb").write_bytes((tmp_path / "released" / "precedence.ipynb").read_bytes())
    (tmp_path / "in" / "cy.ipynb").write_text("no notebook")
    said = lab("grade", str(tmp_path / "in"), "--module", "01", "--out", str(tmp_path / "out"), code=1)
    assert "ada: 7 of 8 points so far; 1 to be graded by a person." in said
    assert "bo: 0 of 8 points so far; 1 to be graded by a person." in said
    assert "cy: It is no notebook" in said
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert {one["student"]: one["score"] for one in results} == {"ada": 7, "bo": 0, "cy": 0}
    assert {one["official"] for one in results} == {True}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("grade", "x.ipynb"), "Say whose lab it is: --module 05."),
        (("grade", "--module", "01"), "Missing argument"),
        (("grade", "nothing.ipynb", "--module", "01"), "nothing.ipynb is not there"),
        (("grade", str(LAB), "a b.ipynb", "--module", "01"), "a b.ipynb is not there"),
        (("release", "7"), "7 is not in the range"),
    ],
)
def test_misuse(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    assert said in " ".join(lab(*words, "--out", str(tmp_path / "out"), code=2).split())
    assert not (tmp_path / "out").exists()
