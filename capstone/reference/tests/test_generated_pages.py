# FILE SOLUTION 03
"""Pages that commands make are what the commands would make now."""

# BEGIN SOLUTION 05
import shlex

# END
from io import StringIO

# BEGIN SOLUTION 05
from typing import Any

# END
import pytest

# BEGIN SOLUTION 05
import yaml

# END
from django.apps import apps
from django.core.management import call_command

from config.settings.environment import ROOT


def page(command: str) -> str:
    """What a command prints."""
    said = StringIO()
    call_command(command, stdout=said)
    return said.getvalue()


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("er_diagram", "data-model.md"),
        ("curl_samples", "requests.md"),  # SOLUTION 05
    ],
)
def test_a_page_is_as_its_command_makes_it(command: str, name: str) -> None:
    """If not: manage.py COMMAND > docs/NAME."""
    assert (ROOT / "docs" / name).read_text(encoding="utf-8").endswith(page(command))


def test_every_model_of_ours_is_in_the_diagram() -> None:
    drawn = page("er_diagram")
    ours = [app for app in apps.get_app_configs() if app.path.startswith(str(ROOT))]
    assert {"accounts", "posts", "comments"} <= {app.label for app in ours}
    for app in ours:
        for model in app.get_models():
            assert f"    {model.__name__} {{" in drawn
    assert "Post }o--|| User : author" in drawn
    assert "Post }o--o| Category : category" in drawn
    assert "Post }o--o{ Tag : tags" in drawn


# BEGIN SOLUTION 05
def test_every_operation_has_a_sample_that_a_shell_reads() -> None:
    document: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text())
    operations = [
        (path, method.upper())
        for path, methods in document["paths"].items()
        for method, said in methods.items()
        if "operationId" in said
    ]
    samples = [line for line in page("curl_samples").splitlines() if "curl --" in line]
    assert len(samples) == len(operations)
    for sample in samples:
        words = shlex.split(sample)
        assert sum(word.startswith("$API/") for word in words) == 1
        assert "{" not in next(word for word in words if word.startswith("$API/"))


# END
