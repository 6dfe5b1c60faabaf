"""Rosters and indexes as people have them: in any script, with doubles, from any spreadsheet."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.classroom.lists import read_index, read_roster
from grader.classroom.people import HandIn, Student
from grader.domain.errors import UsageError_


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "roster.csv"


def test_names_in_any_script(path: Path) -> None:
    text = "id,name,email\n7,Żółć Üñal,z@example.org\n3,山田 太郎,\n5,محمد الأمين,\n9,Nguyễn Thị Ánh,\n"
    path.write_text(text, "utf-8")
    names = [s.name for s in read_roster(path)]
    assert names == ["山田 太郎", "محمد الأمين", "Żółć Üñal", "Nguyễn Thị Ánh"]
    for encoding in ("utf-8-sig", "utf-16"):
        path.write_bytes(text.encode(encoding))
        assert [s.name for s in read_roster(path)] == names
    # A Mac writes accents apart from their letters.
    path.write_text("id,name\nzoe\u0308,Zoe\u0308\n", "utf-8")
    assert read_roster(path) == (Student("zo\xeb", "Zo\xeb"),)


def test_what_spreadsheets_and_platforms_write(path: Path) -> None:
    path.write_text('Student ID;Full name;Email address;Notes\r\n1;"Moss; Ina";ina@example.org;x\r\n\r\n;;;\r\n')
    assert read_roster(path) == (Student("1", "Moss; Ina", email="ina@example.org"),)
    path.write_text("ID,SIS User ID,SIS Login ID,Section,Student\n1,s1,ada,A,Ada\n")
    assert read_roster(path) == (Student("1", "Ada", section="A", sis_id="s1", login="ada"),)
    path.write_text("id\tname\n1\tAda\n")
    assert read_roster(path)[0].name == "Ada"


def test_a_row_that_is_there_twice_counts_once(path: Path) -> None:
    path.write_text("id,name\n1,Ada\n2,Ada\n1,Ada\n")
    assert [s.id for s in read_roster(path)] == ["1", "2"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,name\n1,Ada\n2,Bo\n1,Cy\n", "lines 2 and 4: 1 is there twice"),
        ("id,name\nada,Ada\nADA,Bo\n", "lines 2 and 3: ADA is there twice"),
        ("id,submission\n1,work\n2,Work\n", "lines 2 and 3: both are to have handed in work"),
        ("id,submission\nwork,\n2,work\n", "lines 2 and 3: both are to have handed in work"),
        ("id,name\n,Ada\n", "line 2: the id is empty"),
        ("name\nAda\n", "there is no column `id`"),
        ("id,ID\n1,2\n", "two columns are called id"),
        ("id,name\n1,Moss,Ina\n", "line 2: it has more cells than the heading"),
        ('id,name\n1,"Ada\n', "unexpected end of data"),
        ("id,name\n", "has no rows"),
        ("", "has no rows"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(path: Path, text: str, said: str) -> None:
    path.write_text(text)
    with pytest.raises(UsageError_, match=said) as error:
        read_roster(path)
    assert error.value.hint


def test_files_that_are_none(tmp_path: Path, path: Path) -> None:
    path.write_bytes("id,name\n1,Zoë\n".encode("latin-1"))
    with pytest.raises(UsageError_, match="2: this line is not UTF-8"):
        read_roster(path)
    with pytest.raises(UsageError_, match="cannot be read: Is a directory"):
        read_roster(tmp_path)
    with pytest.raises(UsageError_, match="cannot be read: No such file"):
        read_roster(tmp_path / "none.csv")


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
