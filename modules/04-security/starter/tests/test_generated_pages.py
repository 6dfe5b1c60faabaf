"""Pages that commands make are what the commands would make now."""

from io import StringIO

import pytest
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
