"""The SQL functions of the witness against those that Django registers: which there are, and what they answer."""

import json
import math
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.agent.inside.functions import register
from grader.environment import prepare
from tests.agent import recorder
from tests.agent.recorder import RAISED, Recorder

REFERENCE = Path(__file__).parents[2] / "capstone" / "reference"
AT, DAY, CLOCK = "2031-08-31 23:59:58.25", "2032-02-29", "23:59:58.1"
MOMENTS = (None, "", "nonsense", 5, AT, DAY, "2031-01-01 00:00:00", "2031-03-30 01:30:00", "2031-08-31 23:59:58+02:00")
ZONES = ((None, None), ("UTC", "UTC"), ("Europe/Berlin", "UTC"), ("UTC+03:00", "UTC"), ("America/New_York-01", "UTC"))
DAYS = ("year", "quarter", "month", "week", "day")
PARTS = ("year", "iso_year", "quarter", "month", "week", "week_day", "iso_week_day", "day")
OF_CLOCK = ("hour", "minute", "second")
NUMBERS = (None, 0, 1, -1, 0.5, 7)
TEXTS = (None, "", "Ab", "naïve ✓")
HASHES = ("MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512")
OF_ONE_NUMBER = ("ACOS", "ASIN", "ATAN", "CEILING", "COS", "COT", "DEGREES", "EXP", "FLOOR", "LN", "RADIANS", "SIN")
LISTS = ([1], [6, 3], [1, 2, 4, 8], [None, 6, 3], [None])
DRAWN = {"RAND": [], "UUIDV4": [], "UUIDV7": []}
SAMPLES: dict[str, list[list[Any]]] = {
    "django_date_extract": [[part, at] for part in PARTS for at in MOMENTS],
    "django_date_trunc": [
        [unit, at, *zone] for unit in (*DAYS, "hour") for at in MOMENTS for zone in ZONES if at != ""
    ],
    "django_datetime_cast_date": [[at, *zone] for at in MOMENTS for zone in ZONES if at != ""],
    "django_datetime_cast_time": [[at, *zone] for at in MOMENTS for zone in ZONES if at != ""],
    "django_datetime_extract": [
        [p, at, *zone] for p in (*PARTS, *OF_CLOCK) for at in MOMENTS for zone in ZONES if at != ""
    ],
    "django_datetime_trunc": [
        [u, at, *zone] for u in (*DAYS, *OF_CLOCK, "x") for at in MOMENTS for zone in ZONES if at != ""
    ],
    "django_time_extract": [[unit, at] for unit in OF_CLOCK for at in (None, CLOCK, "00:00:00", "x", AT)],
    "django_time_trunc": [[u, at, *z] for u in (*OF_CLOCK, "x") for at in (None, CLOCK, AT, "x") for z in ZONES],
    "django_time_diff": [[one, other] for one in (None, CLOCK, "00:00:01", "x") for other in (None, CLOCK, "01:00:00")],
    "django_timestamp_diff": [[one, other] for one in MOMENTS for other in (None, AT, DAY) if one != ""],
    "django_format_dtdelta": [
        [sign, one, other]
        for sign in (None, "+", " - ", "*", "/")
        for one in (None, 3_600_000_000, AT, DAY, 2.5, "x")
        for other in (None, 86_400_000_000, AT, 0)
    ],
    "regexp": [[pattern, text] for pattern in (None, "^[A-Z]+$", "(?i)ab", "(") for text in (*TEXTS, 5)],
    "BITXOR": [[one, other] for one in (None, 6, -1, 2.5) for other in (None, 3)],
    "LPAD": [[text, n, fill] for text in TEXTS for n in (None, 0, 1, 5) for fill in (None, "", "xy")],
    "RPAD": [[text, n, fill] for text in TEXTS for n in (None, 0, 1, 5) for fill in (None, "", "xy")],
    "REPEAT": [[text, n] for text in TEXTS for n in (None, -1, 0, 3)],
    "REVERSE": [[text] for text in (*TEXTS, 5)],
    "SIGN": [[number] for number in NUMBERS],
    **{name: [[text] for text in (*TEXTS, 5)] for name in HASHES},
    **{name: [[number] for number in (*NUMBERS, "x")] for name in (*OF_ONE_NUMBER, "SQRT", "TAN")},
    **{name: [[one, other] for one in NUMBERS for other in NUMBERS] for name in ("ATAN2", "LOG", "MOD", "POWER")},
    "PI": [[]],
    **dict.fromkeys(("STDDEV_POP", "STDDEV_SAMP", "VAR_POP", "VAR_SAMP"), LISTS[:-2]),
    **dict.fromkeys(("ANY_VALUE", "BIT_AND", "BIT_OR", "BIT_XOR"), LISTS),
}
CASES = [(name, given) for name, samples in SAMPLES.items() for given in samples]


@pytest.fixture(scope="module")
def ours() -> Recorder:
    recorder = Recorder()
    register(recorder)  # type: ignore[arg-type]
    return recorder


@pytest.fixture(scope="module")
def django(state_dir: Path) -> Any:
    """What Django of the reference application registers, and its answers to the cases."""
    environment = prepare(
        REFERENCE, course_lock=REFERENCE, cache=state_dir / "environments", progress=lambda text: None
    )
    program = [sys.executable, "-S", recorder.__file__]
    asked = json.dumps(CASES)
    where = {"PYTHONPATH": str(environment.site)}
    done = subprocess.run(program, input=asked, stdout=subprocess.PIPE, text=True, env=where, check=True)
    return json.loads(done.stdout)


def test_every_function_of_django_is_there(ours: Recorder, django: Any) -> None:
    registered = {name: tuple(facts) for name, facts in django[0].items()}
    assert len(registered) > 50
    mine = {name: (facts[0], facts[2], facts[3]) for name, facts in ours.found.items()}
    assert {name: mine.get(name) for name in registered} == registered
    assert mine.keys() - registered.keys() <= {"UUIDV7"}
    assert registered.keys() - SAMPLES.keys() - DRAWN.keys() == set()


def test_each_answers_as_django_does(ours: Recorder, django: Any) -> None:
    """Where Django raises, which fails the project's own statement, it raises too."""
    found = [ours.answer(name, given) for name, given in CASES]
    wrong = [
        (name, given, theirs, mine)
        for (name, given), theirs, mine in zip(CASES, django[1], found, strict=True)
        if (type(mine), mine) != (type(theirs), theirs) and not _both_nan(mine, theirs)
    ]
    assert not wrong, wrong


def test_most_samples_have_an_answer(django: Any) -> None:
    """The control of the test above: it does not compare one exception with another."""
    answered = {name for (name, _), answer in zip(CASES, django[1], strict=True) if answer not in (None, RAISED)}
    assert answered == SAMPLES.keys()


def test_what_is_drawn_is_another_each_time() -> None:
    base = sqlite3.connect(":memory:")
    register(base)
    drawn = base.execute("SELECT RAND(), RAND(), UUIDV4(), UUIDV4()").fetchone()
    assert len(set(drawn)) == 4
    assert 0 <= drawn[0] < 1
    assert len(drawn[2]) == 32
    base.close()


def _both_nan(one: object, other: object) -> bool:
    return isinstance(one, float) and isinstance(other, float) and math.isnan(one) and math.isnan(other)
