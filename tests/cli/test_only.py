"""`--only` and `--gates`: which names there are, what somebody may have meant, and what the reports say of the rest."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli.main import grader
from grader.cli.options import gates_named, only
from grader.course import load_course
from grader.domain.course import Module
from grader.domain.errors import UsageError_
from grader.domain.result import ONLY_SOME, Result, Unmeasured
from grader.report.verdict_words import verdict
from tests.report.gate_samples import gated
from tests.report.samples.ungraded import practice as practised

ROOT = Path(__file__).parents[2]
COURSE = load_course(ROOT)
MODULE = next(module for module in COURSE.modules if module.number == 2)
MOST_LIKE_IT = 4


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
    assert told.value.hint.endswith("? All criteria: `grader list --module 02`.")
    assert sum(criterion.id in told.value.hint for criterion in MODULE.criteria) <= MOST_LIKE_IT


def test_control_a_name_like_none_is_answered_with_the_command_that_lists_all() -> None:
    with pytest.raises(UsageError_) as told:
        only(MODULE, ("xyzzy",))
    assert told.value.hint == "All criteria: `grader list --module 02`."


def test_the_command_is_told_with_the_course_that_was_named(tmp_path: Path) -> None:
    course = tmp_path / "a course"
    course.symlink_to(ROOT)
    words = ["class", str(tmp_path), "--module", "2", "--out", str(tmp_path.parent / "out"), "--course", str(course)]
    told = CliRunner().invoke(grader, [*words, "--only", "xyzzy"])
    assert isinstance(told.exception, UsageError_)
    assert told.exception.hint == f"All criteria: `grader list --module 02 --course '{course}'`."


def listed(*words: str) -> list[str]:
    done = CliRunner().invoke(grader, ["list", "--course", str(ROOT), *words])
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


@pytest.mark.parametrize("module", COURSE.modules, ids=lambda module: module.slug)
def test_all_names_of_a_module_are_listed_with_what_they_are_worth(module: Module) -> None:
    lines = listed("--module", f"{module.number:02d}")
    assert len(lines) == len(module.criteria) + len(module.gates) + bool(module.criteria) + bool(module.gates)
    for criterion in module.criteria:
        (line,) = (line for line in lines if line.startswith(f"{criterion.id} "))
        assert line.endswith(f"  {criterion.title}")
        assert ("for a person" if criterion.manual else f"  {criterion.points} point") in line
    for gate in module.gates:
        assert [line.startswith(f"{gate.metric} ") and line.endswith(gate.title) for line in lines].count(True) == 1


def test_without_a_module_the_modules_and_all_gates_are_listed() -> None:
    lines = listed()
    assert [line.split()[0] for line in lines[1 : 1 + len(COURSE.modules)]] == ["01", "02", "03", "04", "05"]
    assert [line.split()[0] for line in lines[2 + len(COURSE.modules) :]] == list(COURSE.rubric)


@pytest.mark.parametrize(("typed", "meant"), [("stile", "style"), ("mypy", "style.mypy"), ("secuirty", "security")])
def test_who_mistypes_a_gate_is_told_the_one_that_is_like_it(typed: str, meant: str) -> None:
    with pytest.raises(UsageError_) as told:
        gates_named(COURSE.rubric, (typed,))
    near, _, rest = told.value.hint.partition("?")
    assert meant in near
    assert rest == " All gates: `grader list`."


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
