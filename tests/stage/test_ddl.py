"""The checks of a CREATE TABLE, and how long a hostile one takes."""

import time

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


@pytest.mark.parametrize("part", ['CONSTRAINT "c" CHECK (', "CHECK ((", '"', "x ", "), CONSTRAINT c CHECK (1"])
def test_a_hostile_text_takes_time_in_proportion_to_its_length(part: str) -> None:
    def seconds(times: int) -> float:
        began = time.process_time()
        named_checks(part * times)
        return time.process_time() - began

    times = 200_000 // len(part)
    few = min(seconds(times) for _ in range(3))
    assert seconds(4 * times) < 12 * max(few, 0.02)
