"""What a reviewer may do to a form, and what they are told: its line, and the remedy."""

import re
import tomllib
from pathlib import Path

import pytest

from grader.domain.errors import UsageError_
from grader.review.check import check
from grader.review.nouns import Verdict
from grader.review.raw import LARGEST
from grader.review.roster import read_roster
from tests.review.samples import ADA, DATA, GRACE, review, with_edits

CASES = tomllib.loads((DATA / "broken.toml").read_text("utf-8"))["cases"]
PARTS = re.split(r"(?m)^(?=## (?:review|domain)\.)", ADA.read_text("utf-8"))


def filled(text: str) -> str:
    """The text of a case with the places in braces filled in from the review."""
    for part in PARTS:
        name = part.split(maxsplit=2)[1] if part.startswith("## ") else ""
        seal = re.findall(r"as the machine wrote it: (\w+)", part)[0]
        text = text.replace(f"{{part of {name}}}", part)
        text = text.replace(f"{{seal of {name or 'the head'}}}", seal)
    return text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_wrong_is_told_with_its_line_and_what_to_do(case: dict[str, str], tmp_path: Path) -> None:
    broken = with_edits(ADA, tmp_path / "ada.md", (filled(case["old"]), filled(case["new"])))
    found, problems = check(broken)
    assert found is None
    told = next((problem for problem in problems if problem.message == case["message"]), None)
    assert told is not None, [problem.message for problem in problems]
    lines = [*broken.read_text("utf-8").splitlines(), ""]  # what is missing is told at the end
    assert lines[told.line - 1].startswith(case["at"])
    assert told.remedy == case["remedy"].replace("{file}", str(broken))
    assert len(problems) == 1 + int(case.get("also", 0)), problems


def test_a_form_that_nobody_filled_in_names_every_item() -> None:
    found, problems = check(DATA / "form-02.md")
    assert found is None
    assert [p.message for p in problems] == ["nobody says who reviewed this"] + [
        f"{item} has no verdict" for item in review(ADA).answers
    ]


def test_a_complete_review_says_what_was_written() -> None:
    found = review(ADA)
    assert found.reviewer == "Ada Adler"
    assert found.subject.assignment == "02-domain-modeling"
    answers = found.answers
    assert answers["review.secrets"].verdict is Verdict.MET  # it says “Met”
    assert answers["review.secrets"].links == ("src/config/settings/base.py:12",)
    assert answers["domain.schema-review"].links == ("src/apps/posts/models.py:42", "README.md")
    assert answers["review.migrations"].comment.startswith("Reversible, and I tried it:\n\n```sh\n## a comment")
    assert answers["review.migrations"].comment.endswith("Five seconds with 10,000 rows.")


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("\n", "   \n").encode(),
        lambda text: text.replace("\n\n", "\n\n\n").encode(),
        lambda text: text.replace("- Verdict: met", "* **Verdict:** `met`").encode(),
        lambda text: text.replace("Verdict: partly met", "Verdict: PARTLY-MET.").encode(),
        lambda text: text.rstrip("\n").encode(),
    ],
    ids=["CRLF", "byte order mark", "UTF-16", "blanks at the end", "more empty lines", "markup", "capitals", "no end"],
)
def test_what_editors_do_to_a_file_changes_nothing(edit, tmp_path: Path) -> None:
    saved = tmp_path / "ada.md"
    saved.write_bytes(edit(ADA.read_text("utf-8")))
    answers, expected = review(saved).answers, review(ADA).answers
    assert {k: a.verdict for k, a in answers.items()} == {k: a.verdict for k, a in expected.items()}
    assert {k: a.links for k, a in answers.items()} == {k: a.links for k, a in expected.items()}
    assert answers["review.migrations"].comment.split() == expected["review.migrations"].comment.split()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "1: this is no review"),
        (b"# Looks good to me\n", "1: this is no review"),
        (b"\x00\x01\x02\xff", "1: this line has a NUL"),
        (b"<!-- django-track/review/v1: a.b -->\nline\n\xff\n", "3: this line is not UTF-8"),
        (b"x" * (LARGEST + 1), "is larger than 1 MB"),
    ],
    ids=["empty", "something else", "binary", "another encoding", "huge"],
)
def test_what_is_no_review_is_refused_in_words(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "review.md"
    path.write_bytes(content)
    with pytest.raises(UsageError_, match=re.escape(said)) as told:
        check(path)
    assert told.value.hint


def test_half_of_any_review_is_told_and_never_a_traceback(tmp_path: Path) -> None:
    lines = ADA.read_text("utf-8").splitlines(keepends=True)
    for cut in range(1, len(lines)):
        path = tmp_path / "cut.md"
        path.write_text("".join(lines[:cut]), "utf-8")
        found, problems = check(path)
        # What is cut off behind the last answer was an empty comment, or the end of one.
        assert problems or (found is not None and cut >= len(lines) - 3), cut
        assert all(1 <= problem.line <= cut + 1 for problem in problems)


@pytest.mark.parametrize(
    "roster", ["identifier,name\n7,Ada Adler\n", "﻿ada  ADLER\n", "Name;Email\nAda Adler;a@example.org\n"]
)
def test_a_name_on_the_roster_passes(roster: str, tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(roster, "utf-8")
    assert check(ADA, roster=read_roster(path))[1] == ()


def test_a_stranger_is_told_whom_the_roster_has(tmp_path: Path) -> None:
    slip = with_edits(ADA, tmp_path / "ada.md", ("Ada Adler", "Ada Alder"))
    _, (problem,) = check(slip, roster=read_roster(DATA / "roster.csv"))
    assert problem.message == "“Ada Alder” is not on the roster"
    assert problem.remedy == "Did you mean Ada Adler? Write your name as the roster has it."
    stranger = with_edits(ADA, tmp_path / "ada.md", ("Ada Adler", "Mallory"))
    _, (problem,) = check(stranger, roster=read_roster(DATA / "roster.csv"))
    assert problem.remedy == "Write your name as the roster has it."


@pytest.mark.parametrize(
    "roster",
    [b"", b"name,id\n", b"\xff\xfe\xff", b"name,x\n" + b"a" * 200_000],
    ids=["empty", "header only", "binary", "endless field"],
)
def test_a_roster_without_names_is_refused(roster: bytes, tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(roster)
    with pytest.raises(UsageError_, match=re.escape(str(path))):
        read_roster(path)


def test_places_are_looked_for_in_the_submission(tmp_path: Path) -> None:
    (tmp_path / "src/apps/posts").mkdir(parents=True)
    (tmp_path / "src/apps/posts/services.py").write_text("one line\n")
    (tmp_path / "outside.md").write_text("x")
    (tmp_path / ".env.example").symlink_to(tmp_path.parent)
    moved = "src/apps/posts/migrations/0005_post_rules.py:39"
    _, problems = check(GRACE, submission=tmp_path)
    assert [p.message.replace("cannot be looked at: ", "") for p in problems] == [
        "src/apps/posts/services.py:61, the evidence for review.style, the file has 1 line",
        ".env.example, the evidence for review.secrets, it lies outside of the submission",
        f"{moved}, the evidence for review.migrations, the submission has no such file",
    ]


@pytest.mark.parametrize(
    "more",
    [
        "\n```x" * 100_000,
        "\n## a" * 20_000,
        "\n##" + " #" * 250_000 + "x",
        "\n- Tree: a" + " " * 500_000 + "x",
        "\n- Evidence: " + "](" * 250_000,
        "\n- Verdict: " + "not " * 100_000,
        "\n- Comment:" * 20_000,
    ],
    ids=["fences", "headings", "hashes", "blanks", "brackets", "a long verdict", "many lines of one kind"],
)
def test_a_hostile_file_takes_no_time(more: str, tmp_path: Path) -> None:
    path = tmp_path / "ada.md"
    path.write_text(ADA.read_text("utf-8") + more, "utf-8")
    found, problems = check(path)
    assert (found is None) == bool(problems)
