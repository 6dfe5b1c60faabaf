"""Task 6, quality: the plain case."""

from grader.checkpoint import check, expect_that


@check("env.quality")
def test_mypy_is_configured(files):
    """pyproject.toml has a table `[tool.mypy]`."""
    assert "mypy" in files.toml("pyproject.toml").get("tool", {})


@check("env.quality")
def test_black_is_a_hook(files):
    """`.pre-commit-config.yaml` has the hook `black`."""
    hooks = [hook.get("id") for repo in files.yaml(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    expect_that("black" in hooks, expected="a hook with the id black", observed=f"hooks: {', '.join(map(str, hooks))}")
