"""Deadlines, lateness, extensions and attempts, to the minute and to the hundredth."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classroom.policy import Late, Policy, plain, rounded
from grader.classroom.policy_file import parse_policy, strangers
from grader.domain.errors import UsageError_

WHOLE = """
deadline = 2026-03-01T23:59:00
zone = "Europe/Zurich"
grace_minutes = 15

[late]
per = "day"
percent = 10
most_percent = 50
closes_after_hours = 120

[attempts]
most = 3
count = "latest"

[[extensions]]
student = "Zoë"
until = 2026-03-03T23:59:00
reason = "ill"
"""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_policy_says_all_of_it() -> None:
    policy = parse_policy(WHOLE, "policy.toml")
    assert policy.deadline_of("ada") == at("2026-03-01T23:59:00+01:00")
    assert policy.deadline_of("zoë") == at("2026-03-03T23:59:00+01:00")
    assert (policy.most_attempts, policy.count) == (3, "latest")
    assert policy.counted([4, 2, 1, 3]) == (1, 2, 3)
    assert strangers(policy, {"ada": "ada"}) == ("zoë",)
    assert parse_policy("", "none") == Policy()


@pytest.mark.parametrize(
    ("submitted", "penalty"),
    [
        ("2026-03-01T22:59:00Z", "0"),
        ("2026-03-01T23:14:00Z", "0"),  # the last moment of the grace
        ("2026-03-01T23:14:01Z", "10"),
        ("2026-03-02T22:59:00Z", "10"),
        ("2026-03-02T22:59:01Z", "20"),
        ("2026-03-06T22:59:00Z", "50"),
        ("2026-03-06T22:59:01Z", "80"),  # closed: nothing is left of it
    ],
)
def test_lateness_costs_what_was_laid_down(submitted: str, penalty: str) -> None:
    policy = parse_policy(WHOLE, "policy.toml")
    late = policy.lateness("ada", at(submitted))
    assert policy.penalty(late, Decimal(80), Decimal(100)) == Decimal(penalty)


def test_nobody_is_late_without_a_deadline_or_a_time() -> None:
    assert Policy().lateness("ada", at("2026-03-01T22:59:00Z")) == timedelta()
    assert parse_policy(WHOLE, "p").lateness("ada", None) == timedelta()


def test_an_extension_never_shortens() -> None:
    early = at("2026-01-01T00:00:00Z")
    policy = Policy(deadline=at("2026-03-01T00:00:00Z"), extensions={"ada": early})
    assert policy.deadline_of("ada") == policy.deadline
    assert Policy(extensions={"ada": early}).deadline_of("ada") == early


def test_the_hour_that_is_left_out_in_spring_is_not_counted() -> None:
    policy = parse_policy(
        'deadline = 2026-03-29T01:30:00\nzone = "Europe/Zurich"\n[late]\nper = "hour"\npoints = 1', "p"
    )
    late = policy.lateness("ada", at("2026-03-29T03:30:00+02:00"))
    assert late == timedelta(hours=1)
    assert policy.penalty(late, Decimal(50), Decimal(100)) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('deadline = 2026-03-29T02:30:00\nzone = "Europe/Zurich"', "clocks show 2026-03-29T02:30:00 never"),
        ('deadline = 2026-10-25T02:30:00\nzone = "Europe/Zurich"', "clocks show 2026-10-25T02:30:00 twice"),
        ("deadline = 2026-03-01T23:59:00", "has no time zone"),
        ("deadline = 0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00.14:00 is no time that anything is handed in at"),
        ('zone = "UTC"\ndeadline = 9999-12-31T23:59:00', "9999-12-31T23:59:00 is no time"),
        ('zone = "Mars/Olympus"\ndeadline = 2026-03-01T23:59:00', "there is no time zone Mars/Olympus"),
        ('zone = "../../etc/passwd"', "there is no time zone"),
        ("dead_line = 2026-03-01", "unknown field `dead_line`"),
        ("[late]\npercent = 120", r"\$\.late\.percent"),
        ("[late]\npoints = nan", "points"),
        ("[late]\npoints = inf", "points"),
        ("[attempts]\nmost = 0", r"\$\.attempts\.most"),
        ("deadline = ", "policy.toml: "),
        ('[[extensions]]\nstudent = "a"\nuntil = 2026-03-01T00:00:00Z\n' * 2, "a has two extensions"),
    ],
)
def test_what_is_wrong_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError_, match=said):
        parse_policy(text, "policy.toml")


def test_an_offset_decides_where_a_clock_does_not() -> None:
    policy = parse_policy("deadline = 2026-10-25T02:30:00+02:00", "p")
    assert policy.deadline == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_points_are_rounded_to_hundredths() -> None:
    assert [plain(Decimal(t)) for t in ("-0", "100", "87.5", "87.505", "66.6666", "0.004")] == [
        "0",
        "100",
        "87.5",
        "87.51",
        "66.67",
        "0",
    ]


amounts = st.decimals(0, 100, places=2)


@given(amounts, amounts, amounts, amounts, st.timedeltas(timedelta(), timedelta(days=400)), st.booleans())
def test_a_penalty_is_between_nothing_and_all(
    points: Decimal, percent: Decimal, most: Decimal, score: Decimal, late: timedelta, closes: bool
) -> None:
    rules = Late(points=points, percent=percent, most=most, closes_after=timedelta(days=9) if closes else None)
    penalty = Policy(late=rules).penalty(late, score, Decimal(100))
    assert 0 <= penalty <= score
    assert penalty == rounded(penalty)
    assert penalty >= Policy(late=rules).penalty(late / 2, score, Decimal(100))


def test_the_example_of_the_guide_is_one() -> None:
    page = (Path(__file__).parents[2] / "docs/instructors/class.md").read_text("utf-8")
    (example,) = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    policy = parse_policy(example, "class.md")
    assert policy.late == Late(percent=Decimal(10), most=Decimal(50), closes_after=timedelta(hours=120))
    assert policy.deadline_of("ada") == at("2026-03-04T23:59:00+01:00")
