"""The checks of a CREATE TABLE, and how long a hostile one takes."""

import re
import time
from collections.abc import Callable

import pytest

from grader.stage.sqlite.ddl import named_checks

TEXTS = [
    ('CREATE TABLE "a" ("b" text, CONSTRAINT "c" CHECK ("b" > 1))', [("c", '("b" > 1)')]),
    ('CREATE TABLE "a" ("b" int CHECK ("b" > 0), CONSTRAINT "u" UNIQUE ("b"))', []),
    ("CREATE TABLE a (b, CONSTRAINT c CHECK (b IN ('x', 'y)')), CONSTRAINT d CHECK ((b) OR (NOT b)))", None),
    ('CREATE TABLE a (b, CONSTRAINT "odd ""name""" CHECK (b != \'CONSTRAINT z CHECK (1)\'))', None),
    ("CREATE TABLE a (b CONSTRAINT c CHECK (b > 0) NOT NULL)", [("c", "(b > 0)")]),
    ("CREATE TABLE a (b, CONSTRAINT c CHECK (b > 0", []),
    ("", []),
]
NAMES = [["c"], [], ["c", "d"], ['odd "name"'], ["c"], [], []]


@pytest.mark.parametrize(("text", "found", "names"), [(t, f, n) for (t, f), n in zip(TEXTS, NAMES, strict=True)])
def test_named_checks(text: str, found: list[tuple[str, str]] | None, names: list[str]) -> None:
    assert [name for name, _ in named_checks(text)] == names
    assert found is None or named_checks(text) == found


def seconds(read: Callable[[str], object], text: str) -> float:
    """Processor time of one reading."""
    began = time.process_time()
    read(text)
    return time.process_time() - began


@pytest.mark.parametrize("part", ['CONSTRAINT "c" CHECK (', "CHECK ((", '"', "x ", "), CONSTRAINT c CHECK (1"])
def test_a_hostile_text_takes_time_in_proportion_to_its_length(part: str) -> None:
    text = part * (200_000 // len(part))
    few = min(seconds(named_checks, text) for _ in range(3))
    assert seconds(named_checks, 4 * text) < 12 * max(few, 0.02)


def test_control_a_regular_expression_takes_the_square_of_it() -> None:
    """How such checks were found before: right on an honest table, and for minutes on a hostile one of 200 KB."""
    expression = re.compile(r'CONSTRAINT "(\w+)" CHECK (\(.*?\)(?=, CONSTRAINT|\)?$))')
    assert expression.findall(TEXTS[0][0]) == named_checks(TEXTS[0][0])
    text = 'CONSTRAINT "c" CHECK (' * 400
    few = min(seconds(expression.findall, text) for _ in range(3))
    assert seconds(expression.findall, 4 * text) > 10 * few
    assert seconds(expression.findall, 4 * text) > 10 * seconds(named_checks, 4 * text)
