"""Indexes of what was handed in when, as people write them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.classroom.index import read_index
from grader.classroom.people import HandIn
from grader.domain.errors import UsageError_


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index.csv"


def test_an_index_says_what_is_which_attempt_and_when(path: Path) -> None:
    path.write_text(
        "student,path,attempt,submitted_at\n"
        "bo,b/1.zip,,2026-03-01T12:00:00Z\n"
        "ada,a2.zip,2,2026-03-01 13:00:00+01:00\n"
        "ada,a1.zip,1,\n"
    )
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert read_index(path, Path("in")) == (
        HandIn("ada", 1, Path("in/a1.zip")),
        HandIn("ada", 2, Path("in/a2.zip"), at),
        HandIn("bo", 1, Path("in/b/1.zip"), at),
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("ada,../x.zip,,", "line 2: ../x.zip leads out"),
        ("ada,/etc,,", "line 2: /etc leads out"),
        ("ada,,,", "line 2: the column `path` is empty"),
        (",a.zip,,", "line 2: the column `student` is empty"),
        ("ada,a.zip,0,", "line 2: 0 is no number of an attempt"),
        ("ada,.,,", "line 2: . leads out"),
        ("ada,a.zip,1000000,", "line 2: 1000000 is no number of an attempt"),
        ("ada,a.zip,0000000019999999999999999999,", "line 2: 0000000019999999999999999999 is no number"),
        ("ada,a.zip,,0001-01-01T00:00:00+14:00", "line 2: 0001-01-01T00:00:00"),
        ("ada,a.zip,,9999-12-31T23:59:59-12:00", "line 2: 9999-12-31T23:59:59"),
        ("ada,a.zip,²,", "line 2: ² is no number of an attempt"),
        ("ada,a.zip,,2026-03-01T12:00:00", "line 2: 2026-03-01T12:00:00 is no time with an offset"),
        ("ada,a.zip,,tomorrow", "line 2: tomorrow is no time"),
        ("ada,a.zip,,\nada,b.zip,1,", "lines 2 and 3: attempt 1 of ada is there twice"),
    ],
)
def test_what_is_wrong_in_an_index(path: Path, row: str, said: str) -> None:
    path.write_text(f"student,path,attempt,submitted_at\n{row}\n")
    with pytest.raises(UsageError_, match=said):
        read_index(path, Path("in"))


def test_a_misspelt_column_is_named_with_the_one_that_is_meant(path: Path) -> None:
    path.write_text("student,path,submited at\nada,a.zip,2026-03-01T12:00:00Z\n")
    with pytest.raises(UsageError_, match=r"there is no column `submited at`; did you mean `submitted_at`\?"):
        read_index(path, Path("in"))


def test_a_commit_of_a_repository_is_named_by_its_full_hash(path: Path) -> None:
    sha = "3f9c2a7d1e0b4c5f8a6d9e2b1c0f7a8d5e4b3c2a"
    path.write_text(f"student,path,commit,time\nada,ada.git,{sha},claimed\nbo,bo.zip,,\n")
    ada, bo = read_index(path, Path("in"))
    assert (ada.commit, bo.commit) == (sha, None)
    for wrong in ("main", sha[:12], sha.upper(), f"{sha}~1"):
        path.write_text(f"student,path,commit\nada,ada.git,{wrong}\n")
        with pytest.raises(UsageError_, match=r"line 2: .* is no full hash of a commit"):
            read_index(path, Path("in"))
