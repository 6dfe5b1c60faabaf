"""Small helpers around environment variables."""

import pytest

from config.settings.environment import comma_separated


@pytest.mark.parametrize(
    ("value", "parts"),
    [("a,b", ["a", "b"]), (" a , b ,", ["a", "b"]), ("", []), (" ", [])],
)
def test_commas_separate(value: str, parts: list[str]) -> None:
    assert comma_separated(value) == parts


# TODO(01): test required() once it is written (brief, task 2).
