"""A 400 is on a field in whatever form the field is named, and of a project that names none the status is enough."""

import json
from typing import Any, cast

import pytest

from grader.checkpoint.kit.answers import Answer, Asked
from grader.checkpoint.kit.api import Api
from grader.checkpoint.kit.refusals import FieldRefusals
from grader.stage.outcome import Failed

POINTER = {"detail": "Required.", "code": "required", "pointer": "#/name"}


def answer(body: Any, status: int = 400) -> Answer:
    """An answer with this body."""
    asked = Asked("POST", "/api/v1/tags/", "editor", {}, b"{}")
    return Answer(status, (), json.dumps(body).encode(), asked)


class Project:
    """Answers a body without its required field as it does."""

    def __init__(self, plain: Answer) -> None:
        self._plain = plain

    def post(self, path: str, **options: Any) -> Answer:
        """That answer."""
        return self._plain


def refused(plain: Answer) -> FieldRefusals:
    """Judges a project that answers a plain mistake so."""
    return FieldRefusals(cast(Api, Project(plain)))


NAMING = answer({"errors": [POINTER]})


@pytest.mark.parametrize(
    "body",
    [
        {"errors": [{"pointer": "#/title"}]},
        {"errors": [{"pointer": "/title"}]},
        {"errors": [{"pointer": "title"}]},
        {"errors": [{"detail": "x", "field": "title"}]},
        {"errors": [{"pointer": "#/title/0"}]},
        {"errors": {"title": ["Required."]}},
        {"title": ["Required."]},
    ],
)
def test_a_field_in_whatever_form(body: Any) -> None:
    refused(NAMING)(answer(body), "title")


@pytest.mark.parametrize("body", [{"errors": [{"pointer": "#/body"}]}, {"errors": [{"pointer": "#"}]}, {"body": ["x"]}])
def test_another_field(body: Any) -> None:
    with pytest.raises(Failed, match="400 on"):
        refused(NAMING)(answer(body), "title")


@pytest.mark.parametrize("plain", [answer({"detail": "Wrong."}), answer([]), answer({}, 201)])
def test_a_project_that_names_no_field(plain: Answer) -> None:
    refused(plain)(answer({"detail": "Wrong."}), "title")


def test_the_status_counts_everywhere() -> None:
    with pytest.raises(Failed, match="400 for"):
        refused(answer({"detail": "Wrong."}))(answer({}, 201), "title")


def test_any_field() -> None:
    refused(NAMING)(answer({"errors": [{"pointer": "#/body"}]}), None)
