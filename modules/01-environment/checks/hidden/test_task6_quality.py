"""Task 6, quality: which tools run on every commit."""

from grader.checkpoint import check


@check("env.quality")
def test_the_hooks(files):
    """`.pre-commit-config.yaml` has the hooks ruff, black and isort."""
    hooks = {str(hook.get("id")) for repo in files.yaml(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]}
    assert sorted({"black", "isort"} - hooks) == []
    assert hooks & {"ruff", "ruff-check"}, "there is neither ruff nor ruff-check"


@check("env.quality")
def test_mypy_says_something(files):
    """`[tool.mypy]` is not empty."""
    assert files.toml("pyproject.toml").get("tool", {}).get("mypy"), "it is empty"
