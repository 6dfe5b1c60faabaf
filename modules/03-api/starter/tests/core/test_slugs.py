"""Addresses as words, without a database."""

from itertools import islice

import pytest

from core.slugs import MAX_LENGTH, free, numbered, stem


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Hello, World!", "hello-world"),
        ("  Crème brûlée  ", "creme-brulee"),
        ("日本語", "post"),
        ("!!!", "post"),
        ("", "post"),
        ("x" * 300, "x" * MAX_LENGTH),
        ("x" * (MAX_LENGTH - 1) + " y", "x" * (MAX_LENGTH - 1)),
    ],
)
def test_the_stem_of_a_text(text: str, slug: str) -> None:
    assert stem(text, fallback="post") == slug


def test_numbers_begin_with_two() -> None:
    assert list(islice(numbered("hello"), 3)) == ["hello", "hello-2", "hello-3"]


def test_numbers_fit_into_the_length() -> None:
    slugs = list(islice(numbered("x" * MAX_LENGTH), 120))
    assert len(set(slugs)) == 120
    assert max(map(len, slugs)) == MAX_LENGTH


def test_the_first_gap_is_used() -> None:
    taken = {"hello", "hello-3"}
    assert next(free("hello", taken.intersection)) == "hello-2"


def test_a_crowd_is_passed_in_few_questions() -> None:
    taken = set(islice(numbered("hello"), 1000))
    questions: list[list[str]] = []

    def taken_among(candidates: list[str]) -> set[str]:
        questions.append(candidates)
        return taken.intersection(candidates)

    assert next(free("hello", taken_among)) == "hello-1001"
    assert len(questions) == 7
