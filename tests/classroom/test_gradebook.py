"""Of everybody the score that holds: never a zero for want of a grade, and a person's word above the machine's."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from grader.classroom.deciding import Decided, decide
from grader.classroom.gradebook import Book, Grade
from grader.classroom.journal import Journal
from grader.classroom.judging import judged, standing
from grader.classroom.people import Decision, HandIn
from grader.classroom.policy import Policy
from grader.classroom.policy_file import parse_policy
from grader.classroom.records import Entry
from grader.classroom.scoring import Moved, score_class
from grader.domain.course import Module
from grader.domain.errors import UsageError_
from grader.domain.status import Status
from grader.given.roster import Student
from tests.classroom.samples import ALL, ASSIGNMENT, MODULE, measured

LATE = "deadline = 2026-03-01T12:00:00Z\n[late]\npercent = 10\n[attempts]\nmost = 3\n"
AT = "2026-03-02T10:00:00Z"


def entry(
    student: str = "ada", attempt: int = 1, passed: Iterable[str] = ALL, at: str | None = None, **more: object
) -> Entry:
    plain = Entry(attempt, student, attempt, at, "measured", "", "", measured(tuple(passed)))
    return replace(plain, **more)  # type: ignore[arg-type]


def grades(
    entries: Iterable[Entry], students: tuple[Student, ...] = (), policy: str = "", decisions: Iterable[Decision] = ()
) -> dict[str, Grade]:
    book = Book(ASSIGNMENT, parse_policy(policy, "policy") if policy else Policy(), standing(decisions))
    return {g.student.id: g for g in book.grades(students, entries)}


def decision(kind: str, target: str, value: str, **more: object) -> Decision:
    plain = Decision("ada", kind, target, value, "It does, by hand.", "Grace", AT)  # type: ignore[arg-type]
    return replace(plain, **more)  # type: ignore[arg-type]


def test_everybody_has_a_row_and_nobody_a_zero_for_want_of_a_grade() -> None:
    none = {"measured": None}
    found = grades(
        [
            entry("ada"),
            entry("bo", outcome="errored", message="no sandbox", hint="Mend it.", **none),
            entry("cy", outcome="refused", message="it is damaged", hint="Pack it anew.", **none),
            entry("dan", outcome=None, **none),
            entry("eve", measured=measured(("domain.one",), errored=("domain.two",))),
            entry("guest"),
        ],
        tuple(map(Student, ("ada", "bo", "cy", "dan", "eve", "fay"))),
    )
    assert {name: (g.status, g.score) for name, g in found.items()} == {
        "ada": ("graded", 100),
        "bo": ("not graded", None),
        "cy": ("not taken in", None),
        "dan": ("waiting", None),
        "eve": ("not graded", None),
        "fay": ("not handed in", None),
        "guest": ("graded", 100),
    }
    assert found["cy"].attempt.reason == "it is damaged. Pack it anew."
    assert found["eve"].attempt.reason == "Could not be measured: domain.two."
    assert found["guest"].notes == ("Not in the roster.",)
    assert all(g.max_score == 100 for g in found.values())
    assert grades([entry("ada")])["ada"].notes == ()


def test_lateness_is_taken_off_and_what_was_measured_stays_to_be_seen() -> None:
    grade = grades([entry(at="2026-03-02T13:00:00+00:00", passed=("domain.one", "domain.two"))], policy=LATE)["ada"]
    assert (grade.attempt.raw, grade.attempt.penalty, grade.score) == (80, 20, 60)
    assert grade.notes == ("25 h 00 min late: 20 points less.",)
    assert grades([entry()], policy=LATE)["ada"].notes == ("When it was handed in is not known: it counts as in time.",)


def test_the_best_of_the_attempts_that_are_allowed_counts() -> None:
    attempts = [
        entry(attempt=1, passed=("domain.one",), at="2026-03-01T10:00:00Z"),
        entry(attempt=2, passed=("domain.one", "domain.two"), at="2026-03-01T11:00:00Z"),
        entry(attempt=3, at="2026-03-04T12:00:00Z"),  # 100, and 30 off
        entry(attempt=4),
    ]
    best = grades(attempts, policy=LATE)["ada"]
    assert (best.score, best.attempt.number, best.attempts) == (80, 2, 4)
    assert best.notes == ("4 attempts, of which the first 3 may count.",)
    latest = grades(attempts, policy=LATE.replace("most = 3", 'count = "latest"'))["ada"]
    assert (latest.score, latest.attempt.number) == (100, 4)
    attempts[1] = replace(attempts[1], outcome="errored", measured=None)
    assert "Without a grade: attempt 2." in grades(attempts, policy=LATE)["ada"].notes
    ungraded = [replace(a, outcome="errored", measured=None) for a in attempts]
    assert grades(ungraded)["ada"].score is None


def test_an_extension_holds_for_whoever_has_it_in_any_spelling() -> None:
    policy = LATE + '[[extensions]]\nstudent = "ZOE\u0308"\nuntil = 2026-03-05T12:00:00Z\n'
    found = grades([entry("ada", at="2026-03-02T11:00:00Z"), entry("zo\xeb", at="2026-03-02T11:00:00Z")], policy=policy)
    assert (found["ada"].score, found["zo\xeb"].score) == (90, 100)


def test_a_judgement_stands_in_the_place_of_the_checks() -> None:
    """What waited for it is decided by its own checks, which had passed."""
    failing = entry(passed=("domain.two", "domain.three"))
    assert grades([failing])["ada"].score == 20
    passed = decision("judgement", "domain.one", "passed")
    grade = grades([failing], decisions=[passed])["ada"]
    assert (grade.score, grade.judgements) == (100, (passed,))
    result = judged(failing.measured, ASSIGNMENT, [passed])  # type: ignore[arg-type]
    assert result.met
    assert "`domain.one` was judged to be passed by Grace on 2026-03-02: It does, by hand." in result.notices
    withdrawn = decision("judgement", "domain.one", "", withdrawn=True)
    assert grades([failing], decisions=[passed, withdrawn])["ada"].score == 20
    assert grades([entry("bo", passed=())], decisions=[passed])["bo"].score == 0


def test_what_could_not_be_measured_or_waits_for_another_can_be_judged() -> None:
    unmeasured = entry(measured=measured(ALL[1:], errored=("domain.one",)))
    assert grades([unmeasured], decisions=[decision("judgement", "domain.one", "failed")])["ada"].score == 20
    blocked = entry(passed=("domain.three",))
    assert grades([blocked], decisions=[decision("judgement", "domain.two", "passed")])["ada"].score == 50
    manual = judged(measured(), ASSIGNMENT, [decision("judgement", "domain.read", "passed")])
    assert [c.status for c in manual.criteria][-1] is Status.PASSED
    gone = judged(measured(), ASSIGNMENT, [decision("judgement", "domain.gone", "failed")])
    assert (gone.score, "has no longer" in gone.notices[-1]) == (100, True)


def test_an_override_is_the_score_whatever_was_measured() -> None:
    override = decision("override", "", "87.5")
    late = entry(at="2026-03-02T13:00:00+00:00")
    for given in (late, replace(late, outcome="errored", measured=None)):
        grade = grades([given], policy=LATE, decisions=[override])["ada"]
        assert (grade.status, grade.score, grade.override) == ("graded", Decimal("87.5"), override)
    assert grades([], (Student("ada"),), decisions=[override])["ada"].score == Decimal("87.5")
    assert judged(measured(), ASSIGNMENT, [override]).notices == (
        "The score was set to 87.5 points by Grace on 2026-03-02: It does, by hand.",
    )


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path, create=True)
    number = journal.hand_in(HandIn("ada", 1, Path("class/ada")))
    journal.record(
        number, mark="m", basis="b", outcome="measured", at=AT, seconds=9.0, measured=measured(("domain.one",))
    )
    return journal


def decided(**more: object) -> Decided:
    plain = Decided("ADA", None, None, None, False, "It does.", "Grace", AT)
    return replace(plain, **more)  # type: ignore[arg-type]


def test_new_weights_rules_and_decisions_move_scores_and_it_stays_to_be_seen_who_did_it(journal: Journal) -> None:
    first = score_class(journal, ASSIGNMENT, why="graded", author="Grace")
    assert (first.moved, first.grades[0].score) == ((), 50)
    assert score_class(journal, ASSIGNMENT, why="again", author="Grace").moved == ()
    heavier = replace(
        MODULE, criteria=tuple(replace(c, points=c.points + 20 * (c.id == "domain.one")) for c in MODULE.criteria)
    )
    moved = score_class(journal, replace(ASSIGNMENT, module=heavier), why="new weights", author="Ada").moved
    assert moved == (Moved("ada", "50", "70"),)
    decide(journal, MODULE, decided(score=Decimal(85)))
    assert score_class(journal, ASSIGNMENT, why="override", author="Grace").moved == (Moved("ada", "70", "85"),)
    journal.record(1, mark="m", basis="b", outcome="measured", at=AT, seconds=9.0, measured=measured(()))
    assert score_class(journal, ASSIGNMENT, why="graded again", author="Grace").moved == ()
    decide(journal, MODULE, decided(withdraw=True))
    assert score_class(journal, ASSIGNMENT, why="withdrawn", author="Grace").grades[0].score == 0
    assert [(s.score, s.why, s.author) for s in journal.scores()] == [
        ("50", "graded", "Grace"),
        ("70", "new weights", "Ada"),
        ("85", "override", "Grace"),
        ("0", "withdrawn", "Grace"),
    ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"score": Decimal(85), "reason": ""}, "a decision needs a reason"),
        ({"score": Decimal(85), "student": "bo"}, "nobody in the class is called bo"),
        ({"score": Decimal(101)}, "101 points cannot be had"),
        ({"score": Decimal(-1)}, "-1 points cannot be had"),
        ({"score": Decimal("1e400")}, r"1E\+400 points cannot be had"),
        ({}, "it is not clear what is decided"),
        ({"verdict": "passed"}, "it is not clear what is decided"),
        ({"score": Decimal(1), "withdraw": True}, "it is not clear what is decided"),
        ({"criterion": "domain.one"}, "it is not clear what the criterion is judged to be"),
        ({"criterion": "domain.one", "verdict": "passed", "score": Decimal(1)}, "it is not clear what the criterion"),
        ({"criterion": "domain.four", "verdict": "passed"}, "there is no criterion domain.four"),
        ({"withdraw": True}, "there is no such decision to withdraw"),
        ({"criterion": "domain.one", "withdraw": True}, "there is no such decision to withdraw"),
    ],
)
def test_a_decision_that_is_none_is_refused(journal: Journal, asked: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError_, match=said):
        decide(journal, MODULE, decided(**asked))
    assert journal.decisions() == ()


def test_a_module_is_what_the_course_says_today() -> None:
    module = Module(2, MODULE.slug, MODULE.title, 60, MODULE.criteria[:1])
    fewer = replace(ASSIGNMENT, module=module)
    assert judged(measured(module=module), fewer, ()).score == 50
