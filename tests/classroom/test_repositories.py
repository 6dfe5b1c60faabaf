"""Lists of repositories, as people and platforms write them."""

from pathlib import Path

import pytest

from grader.classroom.repositories import Remote, read_repositories
from grader.domain.errors import UsageError_

SHA = "3f9c2a7d1e0b4c5f8a6d9e2b1c0f7a8d5e4b3c2a"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "repositories.csv"


def test_a_list(path: Path) -> None:
    path.write_text(
        "student,repository,branch,commit,pushed_at\n"
        f"bo,git@github.example:course/02-bo.git,,{SHA},2026-03-01T12:00:00Z\n"
        "Ada,https://github.example/course/02-ada,main,,\n"
        "cy,../host/cy.git,,,\n"
    )
    ada, bo, cy = read_repositories(path)
    assert (ada.student, ada.address, ada.branch) == ("Ada", "https://github.example/course/02-ada", "main")
    assert (bo.commit, str(bo.pushed_at)) == (SHA, "2026-03-01 12:00:00+00:00")
    assert cy == Remote("cy", "../host/cy.git")
    assert len({ada.folder, bo.folder, cy.folder}) == 3


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("ada,,,,", "line 2: the column `repository` is empty"),
        (",https://h.example/a,,,", "line 2: the column `student` is empty"),
        ("ada,https://u:secret@h.example/a,,,", "has a name or a password in it"),
        ("ada,https://token@h.example/a,,,", "has a name or a password in it"),
        ("ada,http://h.example/a,,,", "is no address"),
        ("ada,--upload-pack=x,,,", "is no address"),
        ("ada,ext::sh -c id,,,", "is no address"),
        ("ada,ssh://-oProxyCommand=x/a,,,", "is no address"),
        ("ada,git@-oProxyCommand=x:a,,,", "is no address"),
        ("ada,https://h.example/a,-x,,", "no name of a branch"),
        ("ada,https://h.example/a,a..b,,", "no name of a branch"),
        ("ada,https://h.example/a,a:b,,", "no name of a branch"),
        ("ada,https://h.example/a,,main,", "no full hash of a commit"),
        (f"ada,https://h.example/a,,{SHA},yesterday", "no time with an offset"),
        ("ada,https://h.example/a,,,2026-03-01T12:00:00Z", "no commit is named"),
        ("ada,https://h.example/a,,,\nADA,https://h.example/b,,,", "lines 2 and 3: ADA is there twice"),
    ],
)
def test_what_is_wrong_in_a_list(path: Path, row: str, said: str) -> None:
    path.write_text(f"student,repository,branch,commit,pushed_at\n{row}\n")
    with pytest.raises(UsageError_, match=said) as caught:
        read_repositories(path)
    assert "secret" not in caught.value.message + caught.value.hint
    assert caught.value.hint
