"""Small helpers around environment variables."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.settings.environment import comma_separated, required


@pytest.mark.parametrize(
    ("value", "parts"),
    [("a,b", ["a", "b"]), (" a , b ,", ["a", "b"]), ("", []), (" ", [])],
)
def test_commas_separate(value: str, parts: list[str]) -> None:
    assert comma_separated(value) == parts


def test_a_required_variable_is_taken_as_it_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("A_SECRET", "$ecret")
    assert required("A_SECRET") == "$ecret"


@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_required_variable_is_missing(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET", value)
    with pytest.raises(ImproperlyConfigured, match="A_SECRET"):
        required("A_SECRET")
