"""The instructors' tutorial, word by word: its blocks are run as they stand, one after the other, in a clone."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "instructors" / "tutorial.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
# The clone is this checkout as it is now, with the environment that it has already.
MADE = "make setup\n"

pytestmark = pytest.mark.slow


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder as `git clone` and `make setup` leave it."""
    folder = tmp_path / "django-track"
    left_out = (".git", ".venv", "out", "site", "dist", "node_modules", "__pycache__", ".*_cache", ".hypothesis")
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*left_out), symlinks=True)
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "grader").symlink_to(Path(sys.executable).with_name("grader"))
    tmp_path.chmod(0o755)
    return folder


def test_the_tutorial_word_by_word(clone: Path, state_dir: Path) -> None:
    assert BLOCKS[0].startswith(MADE)
    env = os.environ | {"GRADER_CACHE": str(state_dir), "PYTHONPATH": str(clone)}
    printed = []
    for block in (BLOCKS[0].removeprefix(MADE), *BLOCKS[1:]):
        done = subprocess.run(
            ["/bin/sh", "-e", "-c", block], cwd=clone, env=env, capture_output=True, text=True, timeout=500, check=False
        )
        # The page says so: what it looks at alone is what the learner asks about, and does not pass.
        assert done.returncode == int("--only" in block), f"{block}\n{done.stdout}\n{done.stderr}"
        printed.append(done.stdout)
    result = json.loads((clone / "out/ada/result.json").read_bytes())
    failed = [criterion["id"] for criterion in result["criteria"] if criterion["status"] == "failed"]
    assert (result["met"], result["score"], failed) == (True, 95, ["domain.taxonomy-fields"])
    assert result["provenance"]["reused"] is True
    assert "modules/02-domain-modeling/starter" in " ".join(result["notices"])
    assert "This machine can grade officially" in printed[0]
    assert (clone / "out/for-ada/report.html").is_file()
    assert (clone / "out/for-ada/junit.xml").is_file()
