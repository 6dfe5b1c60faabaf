"""Task 1, a lock that fits: the plain cases."""

from grader.checkpoint import check, expect_that


@check("env.lock", seconds=120)
def test_the_lock_fits(tools):
    """`poetry check --lock` passes: the lock fits pyproject.toml."""
    report = tools.poetry("check", "--lock")
    expect_that(report.ok, expected="`poetry check --lock` passes", observed="it does not")


@check("env.install", seconds=180)
def test_a_fresh_clone_installs(tools):
    """`poetry install` succeeds on a fresh clone."""
    expect_that(tools.poetry("install").ok, expected="`poetry install` succeeds", observed="it fails")


@check("env.tests", seconds=180)
def test_a_fresh_clone_passes_its_tests(tools):
    """`poetry run pytest` succeeds on a fresh clone."""
    expect_that(tools.poetry("run", "pytest").ok, expected="`poetry run pytest` succeeds", observed="it fails")
