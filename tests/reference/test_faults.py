"""Every fault that is known has a test that notices it: put back, it makes those tests fail, and nothing else need."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.course import load_course, project_to
from grader.domain.course import State
from tests.reference.faults import VARIABLE, Fault, faults
from tests.reference.suite import Suite

COURSE = Path(__file__).parents[2]
FAULTS = faults()
_WORDS = ("-rf", "--tb=short")
_FAILED = 1  # pytest's own: tests were run, and some of them failed


@pytest.fixture(scope="module")
def suite(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Suite:
    """Solution 05 in a folder of its own, which may be changed."""
    room = tmp_path_factory.mktemp("faults")
    return Suite.of(project_to(load_course(COURSE), State(5, True), room / "project"), site, room)


@pytest.fixture(scope="module")
def database(suite: Suite) -> Iterator[dict[str, str]]:
    """The variables that lead to a PostgreSQL."""
    with suite.database() as address:
        yield {"DATABASE_URL": address}


def environment(on: str, request: pytest.FixtureRequest) -> dict[str, str]:
    """Variables for tests on that database."""
    return dict(request.getfixturevalue("database")) if on == "postgresql" else {}


def test_ids_are_words_of_their_own() -> None:
    assert len({fault.id for fault in FAULTS}) == len(FAULTS) >= 75
    assert {fault.on for fault in FAULTS} == {"sqlite", "postgresql", "delivery"}


def test_a_place_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\nx = 1\n")
    fault = Fault("twice", "It stands twice.", "a.py", "x = 1", "x = 2", ("test_x",), "assert")
    with pytest.raises(AssertionError, match="has that text 2 times"), fault.within(tmp_path):
        pass


def test_only_what_failed_counts_as_noticed() -> None:
    fault = Fault("x", "x", "x", "x", "x", ("t.py::test_a", "t.py::test_ab", "t.py::test_c"), "x")
    said = "FAILED t.py::test_ab[1] - assert\nERROR t.py::test_c - no\nFAILED t.py::test_a_b\n"
    assert fault.silent(said) == ["t.py::test_a", "t.py::test_c"]


@pytest.mark.slow(minutes=1)
@pytest.mark.exhaustive
@pytest.mark.parametrize("on", ["sqlite", "postgresql"])
def test_without_faults_the_tests_are_green(suite: Suite, on: str, request: pytest.FixtureRequest) -> None:
    named = sorted({test for fault in FAULTS if fault.on == on for test in fault.tests})
    done = suite.run(*named, env=environment(on, request))
    assert done.returncode == 0, done.stdout[-6000:]


@pytest.mark.slow(minutes=1)
@pytest.mark.exhaustive
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_a_fault_is_noticed(suite: Suite, fault: Fault, request: pytest.FixtureRequest) -> None:
    if fault.on == "delivery":
        code, said = deliver(fault)
    else:
        with fault.within(suite.project):
            done = suite.run(*_WORDS, *fault.tests, env=environment(fault.on, request))
        code, said = done.returncode, done.stdout
    assert (code, fault.silent(said)) == (_FAILED, []), said[-6000:]
    assert fault.seen in said, said[-6000:]


def deliver(fault: Fault) -> tuple[int, str]:
    """How our own tests of the delivery files end on a project with that fault, and what pytest says."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "", *_WORDS, *fault.tests],
        cwd=COURSE,
        env={**os.environ, VARIABLE: fault.id},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=600,
    )
    return done.returncode, done.stdout
