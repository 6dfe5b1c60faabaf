"""Rosters as people have them: in any script, with doubles, of any platform, and with headings that are misspelt."""

from pathlib import Path

import pytest

from grader.domain.errors import UsageError_
from grader.given.roster import Student, read_names, read_roster


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


@pytest.mark.parametrize(
    ("heading", "student"),
    [
        (
            "Student,ID,SIS User ID,SIS Login ID,Section,Assignment 1 (123),Current Score,Final Grade",
            "name,id,sis_id,login,section",
        ),
        (
            "canvas_user_id,user_id,login_id,first_name,last_name,full_name,sortable_name,short_name,email,status",
            "canvas_id,id,login,first_name,last_name,name,,,email",
        ),
        (
            "First name,Last name,ID number,Institution,Department,Email address,Last downloaded from this course",
            "first_name,last_name,id,,,email",
        ),
        ("First Name,Last Name,SID,Email,Sections,Total Score", "first_name,last_name,id,email,section"),
        ("Last Name,First Name,Username,Student ID,Last Access,Availability", "last_name,first_name,login,id"),
        ("identifier,github_username,github_id,name", "id,github_user,,name"),
        ("id,name,grade,pronouns,phone,country,team,group,notes,title,points,late", "id,name"),
    ],
    ids=["Canvas' gradebook", "Canvas' users", "Moodle", "Gradescope", "Blackboard", "GitHub Classroom", "our own"],
)
def test_headings_of_platforms_are_understood_and_other_columns_left_alone(
    path: Path, heading: str, student: str
) -> None:
    columns = heading.split(",")
    path.write_text(f"{heading}\n{','.join(f'v{n}' for n in range(len(columns)))}\n")
    expected = {name: f"v{n}" for n, name in enumerate(student.split(",")) if name}
    assert read_roster(path) == (Student(**expected),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("id,github", "there is no column `github`; did you mean `github_user`?"),
        ("id,Github User Name", "there is no column `Github User Name`; did you mean `github_user`?"),
        ("idd,name", "there is no column `idd`; did you mean `id`?"),
        (
            "id,nmae,emial",
            "there is no column `nmae`; did you mean `name`?; there is no column `emial`; did you mean `email`?",
        ),
        ("id,submision", "there is no column `submision`; did you mean `submission`?"),
        ("name,\u202eemial,id", "there is no column `\\u202eemial`; did you mean `email`?"),
    ],
)
def test_a_misspelt_heading_is_named_with_the_column_that_is_meant(path: Path, heading: str, said: str) -> None:
    path.write_text(f"{heading}\n1,2\n", "utf-8")
    for read in (read_roster, read_names):
        with pytest.raises(UsageError_) as told:
            read(path)
        assert told.value.message == f"{path}: {said}"
        assert told.value.hint


def test_what_is_like_a_column_that_is_there_is_another_one(path: Path) -> None:
    path.write_text("id,email,emails\n1,ada@example.org,x\n")
    assert read_roster(path) == (Student("1", email="ada@example.org"),)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("id,name,login\n1,Ada Adler,ada\n2,Bo,\n", {"1", "Ada Adler", "ada", "2", "Bo"}),
        ("id,first_name,last_name\n1,Ada,Adler\n", {"1", "Ada Adler"}),
        ("identifier,github_username,github_id,name\n7,l07,70,Ada\n", {"7", "l07", "Ada"}),
        ('"Full name";"Email"\nAda Adler;a@example.org\n', {"Ada Adler", "a@example.org"}),
        ("Ada Adler\r\n\r\n  Grace   Grau \n", {"Ada Adler", "Grace Grau"}),
        ("Adler, Ada\nLee, Nam\n", {"Adler, Ada", "Lee, Nam"}),
        ("Lee, Nam\nAdler, Ada\n", {"Adler, Ada", "Lee, Nam"}),
        ("山田 太郎\n", {"山田 太郎"}),
        ("Sid\nAda\n", {"Sid", "Ada"}),
    ],
)
def test_names_are_those_of_a_table_or_of_a_list(path: Path, text: str, names: set[str]) -> None:
    path.write_text(text, "utf-8")
    assert set(read_names(path)) == names


@pytest.mark.parametrize("text", ["", "\n \n", "name,id\n,\n", "name,id\n"])
def test_nobody_is_no_roster(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(UsageError_, match=r"names nobody|has no rows") as told:
        read_names(path)
    assert told.value.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,canvas_id\n1,7\n2,8\n3,7\n", "lines 2 and 4: two students have the canvas_id 7"),
        ("id,sis_id\n1,S1\n2,s1\n", "lines 2 and 3: two students have the sis_id s1"),
        ("id,username\n1,ada\n2,ADA\n", "lines 2 and 3: two students have the login ADA"),
        ("id,email\n1,a@example.org\n2,A@example.org\n", "lines 2 and 3: two students have the email A@example.org"),
    ],
)
def test_what_a_platform_finds_somebody_by_is_nobody_elses(path: Path, text: str, said: str) -> None:
    path.write_text(text)
    with pytest.raises(UsageError_, match=said) as told:
        read_roster(path)
    assert told.value.hint


def test_what_is_left_open_is_nobodys(path: Path) -> None:
    path.write_text("id,email,login\n1,-,\n2,-,\n2,-,\n")
    assert [s.id for s in read_roster(path)] == ["1", "2"]


def test_the_row_of_canvas_that_is_nobody_is_left_out(path: Path) -> None:
    path.write_text("Student,ID,SIS Login ID,Section,Task 1\n    Points Possible,,,,100\nAda,1,ada,A,\n")
    assert [s.id for s in read_roster(path)] == ["1"]
