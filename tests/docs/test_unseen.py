"""What was measured on unseen faults: numbers that fit each other, and the page that shows them."""

from pathlib import Path

import pytest

from scripts.unseen_table import PAGE, SOURCE, main, measured, with_table


def test_the_page_shows_what_the_file_says():
    assert main(["--check"]) == 0
    page = PAGE.read_text("utf-8")
    for each in measured():
        assert f"{each.caught} of {each.faults}" in page


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("caught = 32", "caught = 36", "36 caught and 4 missed"),
        ("elsewhere = ", "elsewhere = 99", "more kept or elsewhere than there are"),
    ],
)
def test_numbers_that_contradict_each_other_are_refused(tmp_path: Path, old: str, new: str, problem: str):
    text = SOURCE.read_text("utf-8")
    assert old in text
    path = tmp_path / "unseen.toml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ValueError, match=problem):
        measured(path)


def test_what_was_not_measured_says_so():
    text = with_table("<!-- unseen --><!-- /unseen -->", [measured()[0]])
    assert "not measured" not in text


@pytest.mark.parametrize("text", ["", "<!-- unseen --><!-- /unseen -->" * 2])
def test_a_page_without_a_place_is_refused(text: str):
    with pytest.raises(ValueError, match="where the table belongs"):
        with_table(text, measured())
