import time

import pytest
import yaml

from grader.tools.compose import compose_problems
from tests.environment.conftest import COURSE

GOOD = {"services": {"web": {"image": "a:1", "healthcheck": {"test": ["CMD", "true"], "interval": "10s"}}}}


def test_the_courses_own_file_fits() -> None:
    assert compose_problems(yaml.safe_load((COURSE / "docker-compose.yml").read_text())) == ()
    assert compose_problems(GOOD) == ()


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({"services": {"web": {"imagine": "a"}}}, "services.web:"),
        ({"services": {"web": {"image": 7}}}, "services.web.image:"),
        ({"services": []}, "services:"),
        ({"service": {}}, "the file:"),
        (None, "the file:"),
        ("text", "the file:"),
        ({1: {2: 3}}, "the file:"),
    ],
)
def test_what_does_not_fit_is_told_by_its_place(data: object, where: str) -> None:
    problems = compose_problems(data)
    assert problems
    assert problems[0].startswith(where)
    assert len(problems[0]) <= 200


def test_problems_are_bounded() -> None:
    assert len(compose_problems({"services": {f"s{n}": {"image": n} for n in range(500)}})) == 10


def _bomb() -> object:
    levels = "".join(f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    return yaml.safe_load(f"x-0: &a0 [x, x]\n{levels}services: {{}}\n")


def _loop() -> object:
    return yaml.safe_load("x-a: &a [*a]\nservices: {}\n")


def _deep() -> object:
    data: object = {}
    for _ in range(5000):
        data = [data]
    return data


@pytest.mark.parametrize("make", [_bomb, _loop, _deep], ids=lambda make: make.__name__)
def test_a_file_that_stands_for_too_much_is_told_at_once(make: object) -> None:
    data = make()  # type: ignore[operator]
    start = time.monotonic()
    assert "more than 20,000 values" in compose_problems(data)[0]
    assert time.monotonic() - start < 1
