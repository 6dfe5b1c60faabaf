"""`--only` and `--gates`: which names there are, what somebody may have meant, and what the reports say of the rest."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli.main import grader
from grader.cli.options import gates_named, only
from grader.course import load_course
from grader.domain.errors import UsageError_
from grader.domain.result import ONLY_SOME, Result, Unmeasured
from grader.report.verdict_words import verdict
from tests.report.gate_samples import gated
from tests.report.samples.ungraded import practice as practised

ROOT = Path(__file__).parents[2]
COURSE = load_course(ROOT)
MODULE = next(module for module in COURSE.modules if module.number == 2)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("domain.slug-colision", "domain.slug-collision"),
        ("slug-collision", "domain.slug-collision"),
        ("domains.slug-collision", "domain.slug-collision"),
    ],
)
def test_who_mistypes_a_criterion_is_told_the_one_that_is_like_it(typed: str, meant: str) -> None:
    with pytest.raises(UsageError_) as told:
        only(MODULE, (typed,))
    assert told.value.message == f"module 02 has no criterion {typed}"
    assert told.value.hint.startswith(f"Did you mean {meant}")
    assert all(criterion.id in told.value.hint for criterion in MODULE.criteria)


def test_control_a_name_like_none_is_answered_with_all() -> None:
    with pytest.raises(UsageError_) as told:
        only(MODULE, ("xyzzy",))
    assert told.value.hint == f"There are: {', '.join(criterion.id for criterion in MODULE.criteria)}."


@pytest.mark.parametrize(("typed", "meant"), [("stile", "style"), ("mypy", "style.mypy"), ("secuirty", "security")])
def test_who_mistypes_a_gate_is_told_the_one_that_is_like_it(typed: str, meant: str) -> None:
    with pytest.raises(UsageError_) as told:
        gates_named(COURSE.rubric, (typed,))
    assert meant in told.value.hint.partition("?")[0]


@pytest.mark.parametrize("command", ["grade", "check"])
def test_the_help_says_that_it_is_practice(command: str) -> None:
    said = " ".join(CliRunner().invoke(grader, [command, "--help"]).output.split())
    assert "--only CRITERION" in said
    assert "it is practice: no grade, never official" in said


def restricted(criteria: int, others: int) -> Result:
    """A run that looked at so many criteria, and at so many others not."""
    result = practised()
    some = tuple(replace(result.criteria[0], id=f"domain.c{n}") for n in range(criteria))
    rest = tuple(Unmeasured(f"domain.x{n}", "x", 1, 1) for n in range(others))
    provenance = replace(result.provenance, unofficial_because=(ONLY_SOME,))
    return replace(result, criteria=some, unmeasured=rest, provenance=provenance)


def test_the_verdict_says_what_was_looked_at_and_that_it_is_no_grade() -> None:
    said = verdict(restricted(2, 31)).sentence
    assert said.startswith("Only 2 of 33 criteria of the module were looked at: domain.c0, domain.c1. This is practice")
    assert "31 points of the module were not measured here." in said


def test_of_one_and_of_gates_it_is_said_likewise() -> None:
    said = verdict(restricted(1, 39)).sentence
    assert said.startswith("Only 1 of 40 criteria of the module was looked at: domain.c0. This is practice")
    gates = gated().gates[:2]
    names = ", ".join(gate.id for gate in gates)
    rest = (Unmeasured("style.mypy", "x", 0, None), *restricted(0, 5).unmeasured)
    said = verdict(replace(restricted(0, 0), gates=gates, unmeasured=rest)).sentence
    assert said.startswith(f"Only 2 of 3 gates of the module were looked at: {names}. This is practice")


def test_of_many_only_the_number_is_said() -> None:
    assert verdict(restricted(9, 1)).sentence.startswith("Only 9 of 10 criteria of the module were looked at. This is")


def test_control_a_run_that_nobody_restricted_says_nothing_of_it() -> None:
    assert "Only" not in verdict(practised()).sentence
