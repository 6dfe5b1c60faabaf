"""A diagram held against the models of a project that runs, wrong in one place at a time."""

import pytest

from grader.domain.evidence import Measurement
from grader.domain.status import Status
from grader.gates.documentation import datamodel
from grader.gates.documentation.datamodel import differences
from grader.gates.documentation.markdown import Page, pages
from grader.gates.documentation.mermaid import diagrams
from grader.gates.documentation.models import Model, Models, Relation
from tests.gates.documentation.project import DIAGRAM, FILES, MODELS, SETTINGS
from tests.gates.suite.conftest import SubjectOf

KNOWN = Models(
    (
        Model("shop.Item", "shop_item", {"id": "id", "name": "name", "owner_id": "owner"}, own=True),
        Model("shop.Tag", "shop_tag", {"id": "id", "name": "name"}, own=True),
        Model("auth.User", "auth_user", {"id": "id"}, own=False),
    ),
    (Relation("owner", "shop.Item", "auth.User"), Relation("tags", "shop.Item", "shop.Tag")),
)
WRONG = {
    "an entity is missing": (DIAGRAM.split("    Tag {")[0] + "    Item }o--|| User : owner\n```\n", "missing", 2),
    "an entity is surplus": (DIAGRAM.replace("    Tag {", "    Basket {\n    }\n    Tag {"), "surplus", 1),
    "a field is missing": (DIAGRAM.replace("        CharField name\n", ""), "missing", 1),
    "a field is surplus": (
        DIAGRAM.replace("        CharField name\n", "        x name\n        x price\n"),
        "surplus",
        1,
    ),
    "a relation is missing": (DIAGRAM.replace('    Item }o--o{ "Tag" : tags\n', ""), "missing", 1),
    "a relation is surplus": (
        DIAGRAM.replace("```\n\n", "").replace("owner\n", "owner\n    Tag }|..|{ User : x\n"),
        "surplus",
        1,
    ),
    "a relation is drawn twice": (DIAGRAM.replace("owner\n", "owner\n    User ||--o{ Item : owner\n"), "surplus", 1),
}


def drawn(text: str) -> list[str]:
    (diagram,) = diagrams([Page("docs/data-model.md", text)])
    return [finding.rule for finding in differences(diagram, KNOWN)]


def test_control_the_diagram_as_it_is() -> None:
    assert drawn(DIAGRAM) == []
    assert drawn(DIAGRAM.replace("owner_id", "owner").replace("Item", "SHOP_ITEM")) == []


@pytest.mark.parametrize("name", WRONG)
def test_a_diagram_that_is_wrong_in_one_place(name: str) -> None:
    text, rule, count = WRONG[name]
    assert drawn(text) == [f"datamodel.{rule}"] * count


def measured(subject_of: SubjectOf, files: dict[str, str]) -> Measurement:
    with subject_of({**FILES, **files}) as subject:
        return datamodel.measure(subject, pages(subject.submission, subject.files))


@pytest.mark.slow
def test_control_the_models_of_a_running_project(subject_of: SubjectOf) -> None:
    found = measured(subject_of, {"docs/data-model.md": DIAGRAM})
    assert (found.status, found.value, found.reason) == (Status.PASSED, 0, ""), found.findings


# The list of models comes from the project; its tables are seen beside it.
HIDES = """
import sys
import django.apps

if sys.argv[0] == "-c":
    known = django.apps.apps.get_models

    def fewer(*args, **options):
        return [model for model in known(*args, **options) if model.__name__ != "Tag"]

    fewer.cache_clear = known.cache_clear
    django.apps.apps.get_models = fewer
"""


@pytest.mark.slow
def test_a_model_that_the_project_conceals_is_missed_by_its_table(subject_of: SubjectOf) -> None:
    text = DIAGRAM.split("    Tag {")[0] + "    Item }o--|| User : owner\n```\n"
    found = measured(subject_of, {"docs/data-model.md": text, "src/config/settings/testing.py": SETTINGS + HIDES})
    assert [finding.message for finding in found.findings if "tag" in finding.message] == [
        "shop_tag is a model of the project and is not drawn."
    ], found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"src/apps/shop/models.py": MODELS.replace("name =", "title =")}, "other columns than the table"),
        ({"src/config/settings/testing.py": "raise RuntimeError\n"}, "got no further"),
    ],
)
def test_a_project_whose_models_are_not_known(subject_of: SubjectOf, files: dict[str, str], reason: str) -> None:
    found = measured(subject_of, {"docs/data-model.md": DIAGRAM, **files})
    assert found.status is Status.FAILED
    assert reason in found.reason


def test_a_project_without_a_diagram(subject_of: SubjectOf) -> None:
    assert measured(subject_of, {}).status is Status.NOT_APPLICABLE
