"""`grader review`, as people call it: from an empty form to the evidence in a result, and reviewers measured."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.report import decode, encode
from tests.review.samples import ADA, DATA, GRACE, ROOT, result, with_edits

GRADER = Path(sys.executable).with_name("grader")
STORED = DATA / "result-02.json"


def review(*words: object, code: int = 0, cwd: Path = ROOT) -> str:
    """What the command says, on both of its outputs; it ends with ``code`` and without a traceback."""
    command = [str(GRADER), "review", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=cwd)
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    assert done.returncode == code, said
    return said


def test_two_people_review_one_submission(tmp_path: Path) -> None:
    form = tmp_path / "ada.md"
    said = review("new", STORED, "--reviewer", "Ada Adler", "--pull-request", DATA / "pull-request.md", "--out", form)
    assert said == f"Wrote {form}, with 6 items. Fill it in, then: grader review check {form}\n"
    assert review("check", form, code=1).count("has no verdict") == 6
    assert review("check", ADA, GRACE, "--roster", DATA / "roster.csv").count("is complete: 6 items") == 2
    said = review("merge", ADA, GRACE, "--result", STORED, "--out", tmp_path / "out")
    assert "reviewed by Ada Adler and Grace Grau, 2 of 6 items disputed" in said
    assert "The score is as it was." in said
    merged, plain = decode((tmp_path / "out" / "result.json").read_bytes()), result()
    assert (merged.score, merged.met, merged.gates, merged.provenance) == (
        plain.score,
        plain.met,
        plain.gates,
        plain.provenance,
    )
    assert "Grace Grau" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    form = tmp_path / "review.md"
    form.write_text("hours of work")
    assert "is there already" in review("new", STORED, "--out", form, code=2)
    assert form.read_text() == "hours of work"


def test_an_older_form_is_carried_over(tmp_path: Path) -> None:
    new = tmp_path / "new.md"
    changed = with_edits(ADA, tmp_path / "ada.md", ("- ✓ passed: Imports are sorted", "- ✗ failed: Imports are sorted"))
    said = review("new", STORED, "--pull-request", DATA / "pull-request.md", "--from", changed, "--out", new)
    assert re.search(r"Not taken over from .*ada\.md:\d+: what the machine wrote of review\.style was changed", said)
    assert new.read_text("utf-8") == ADA.read_text("utf-8")


def test_a_submission_without_a_result_has_a_form_too(tmp_path: Path) -> None:
    project = tmp_path / "02-domain-modeling"
    shutil.copytree(ROOT / "modules/02-domain-modeling/starter", project)
    form = tmp_path / "review.md"
    assert "with 6 items" in review("new", project, "--out", form)
    text = form.read_text("utf-8")
    assert text.count("Nothing was measured: this form was made of a submission") == 6
    assert re.search(r"^- Tree: [0-9a-f]{64}$", text, re.MULTILINE)


def test_unfinished_reviews_are_named_and_nothing_is_merged(tmp_path: Path) -> None:
    open_one = with_edits(GRACE, tmp_path / "grace.md", ("- Verdict: cannot say", "- Verdict:"))
    said = review("merge", ADA, open_one, "--result", STORED, "--out", tmp_path / "out", code=1)
    assert "grace.md:112: review.observability has no verdict" in said
    assert "Nothing was merged." in said
    assert not (tmp_path / "out").exists()


def test_reviews_of_two_submissions_do_not_enter_one_result(tmp_path: Path) -> None:
    other = tmp_path / "form.md"
    changed = json.loads(STORED.read_bytes())
    changed["provenance"]["tree_hash"] = "1" * 64
    stored = tmp_path / "result.json"
    stored.write_text(json.dumps(changed))
    review("new", stored, "--from", GRACE, "--pull-request", DATA / "pull-request.md", "--out", other)
    said = review("merge", ADA, other, "--result", STORED, "--out", tmp_path / "out", code=2)
    assert "these are reviews of 2" in said
    assert "over 0 items" not in review("merge", ADA, other)
    said = review("merge", other, "--result", STORED, "--out", tmp_path / "out", code=2)
    assert "grader review new … --from" in " ".join(said.split())


def test_faults_for_staff_are_not_lost_by_merging(tmp_path: Path) -> None:
    stored = tmp_path / "result.json"
    text = encode(result()).decode().replace('"fault": ""', '"fault": "ours"', 1)
    stored.write_text(text)
    said = review("merge", ADA, "--result", stored, "--out", tmp_path, code=2)
    assert "has faults for staff, which would be lost" in said
    assert stored.read_text() == text
    review("merge", ADA, "--result", stored, "--out", tmp_path, "--staff")
    assert '"fault": "ours"' in stored.read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["new", DATA / "roster.csv"], "which module"),
        (["new", DATA / "broken.toml", "--module", "02"], "broken.toml"),
        (["new", DATA / "nothing.json"], "does not exist"),
        (["new", "{empty.json}"], "this is not a result"),
        (["check", "{empty.json}"], "this is no review"),
        (["check", ADA, "--roster", "{empty.json}"], "names nobody"),
        (["merge", ADA, "--result", ADA], "this is not a result"),
        (["merge", ADA, ADA, "--result", "{empty.json}"], "this is not a result"),
        (["calibrate", "tell", "{empty.json}", ADA], "is no key"),
    ],
)
def test_misuse_ends_with_2_and_says_what_to_do(words: list[object], said: str, tmp_path: Path) -> None:
    empty = tmp_path / "empty.json"
    empty.touch()
    told = review(*(empty if word == "{empty.json}" else word for word in words), code=2, cwd=tmp_path.parent)
    assert said in " ".join(told.split())


def test_reviewers_are_calibrated(tmp_path: Path) -> None:
    folder, key = tmp_path / "handed", tmp_path / "staff" / "key.json"
    assert "Keep the key elsewhere" in review(
        "calibrate", "new", "--module", "02", "--out", folder, "--key", folder / "key.json", code=2
    )
    words = ["--mutant", "look-then-write", "--mutant", "undated-and-stored", "--seed", "7"]
    said = review("calibrate", "new", "--module", "02", "--out", folder, "--key", key, *words)
    assert "a submission with 2 faults" in said
    assert sorted(p.name for p in folder.iterdir()) == ["review.md", "submission"]
    assert key.stat().st_mode & 0o077 == 0
    assert "Nothing was told" in review("calibrate", "tell", key, folder / "review.md", code=1)

    text = (folder / "review.md").read_text("utf-8").replace("- Reviewer:", "- Reviewer: Ada Adler")
    parts = re.split(r"(?m)^(?=## )", text)
    for index, part in enumerate(parts):
        verdict = "not met" if part.startswith("## domain.slug-race") else "met"
        parts[index] = part.replace("- Verdict:", f"- Verdict: {verdict}").replace(
            "- Evidence:\n- Comment:", "- Evidence: src/apps/core/models.py:99\n- Comment: Two at once."
        )
    (folder / "review.md").write_text("".join(parts), "utf-8")
    said = review("calibrate", "tell", key, folder / "review.md", "--out", tmp_path / "pages")
    assert "Ada Adler: saw 1 of 2 faults, 1 of these at their place" in said
    assert "undated-and-stored (domain.db-published-at): seen by nobody" in said
    assert "You did not see it" in (tmp_path / "pages" / "01-ada-adler.md").read_text("utf-8")
