"""What a check's use of the learner's objects asks of the agent: which questions, and how many."""

from typing import Any

import pytest

from grader.agent.raised import Frame, Raised
from grader.agent.wire import Ref
from grader.checkpoint.kit.app import App
from grader.checkpoint.kit.factory import Factory, Recipe
from grader.checkpoint.kit.remote import Remote, later
from grader.checkpoint.kit.rng import seeded
from grader.stage.outcome import Failed


class Asked:
    """An agent that notes the questions, and answers each with a reference of its own, or as ``answers`` says."""

    raised: Raised | None = None

    def __init__(self, **answers: Any) -> None:
        self.questions: list[tuple[Any, list[list[Any]]]] = []
        self.doing: list[str] = []
        self.answers = answers

    def ask(self, op: str, doing: str = "", **arguments: Any) -> Any:
        assert op == "evaluate"
        self.questions.append((arguments["root"], arguments["steps"]))
        self.doing.append(doing)
        answer = self.answers.get(str(arguments["root"]), self._reference(arguments["steps"]))
        if isinstance(answer, Raised):
            raise answer
        return answer

    def _reference(self, steps: list[list[Any]]) -> Ref:
        return Ref(len(self.questions), "posts.Post", None, callable=bool(steps) and steps[-1][0] == "get")

    raw = ask


def row(asked: Asked) -> Any:
    return Remote(App(asked), Ref(7, "posts.Post", 1, callable=False))


def test_a_method_of_djangos_is_called_by_one_question() -> None:
    asked = Asked()
    row(asked).save(force_insert=True)
    assert asked.questions == [(7, [["get", "save"], ["call", [], {"force_insert": True}]])]
    assert asked.doing == ["`save` was called"]


def test_a_method_of_the_projects_is_looked_at_first_because_it_may_be_a_value() -> None:
    asked = Asked()
    row(asked).publish()
    assert asked.questions == [(7, [["get", "publish"]]), (1, [["call", [], {}]])]


def test_a_method_that_is_not_called_now_is_fetched_once() -> None:
    asked = Asked()
    save = row(asked).save
    assert asked.questions == []
    first, second = later(save), later(save)
    assert asked.questions == [(7, [["get", "save"]])]
    assert (first.root, second.root) == (1, 1)


def test_what_is_read_from_a_method_is_read_from_the_method() -> None:
    asked = Asked()
    assert row(asked).objects.filter.alters_data is not None
    assert asked.questions == [(7, [["get", "objects"]]), (1, [["get", "filter"]]), (2, [["get", "alters_data"]])]


def test_a_row_is_made_and_saved_by_one_question() -> None:
    asked = Asked()
    make = Factory(App(asked), seeded(1, "x"), post=Recipe("posts.Post", title="T"))
    make.post(body="B")
    save = [["get", "save"], ["call", [], {}]]
    assert asked.questions == [("posts.Post", [["call", [], {"title": "T", "body": "B"}], ["also", save]])]
    assert asked.doing == ["`save` was called"]
    make.post.build()
    assert asked.questions[1:] == [("posts.Post", [["call", [], {"title": "T"}]])]


LOST = ("builtins.LookupError",)
BY_SAVE = (Frame("src/apps/posts/models.py", 1, "save", "labels[0]"),)


def test_a_model_that_is_missing_is_said_to_be() -> None:
    asked = Asked(**{"posts.Post": Raised("LookupError", LOST)})
    make = Factory(App(asked), seeded(1, "x"), post=Recipe("posts.Post"))
    with pytest.raises(Failed, match=r"a model posts\.Post"):
        make.post()


def test_a_lookup_that_fails_in_the_project_is_the_projects_own() -> None:
    asked = Asked(**{"posts.Post": Raised("LookupError", LOST, frames=BY_SAVE)})
    make = Factory(App(asked), seeded(1, "x"), post=Recipe("posts.Post"))
    with pytest.raises(Raised) as caught:
        make.post()
    assert caught.value.frames == BY_SAVE
    assert len(asked.questions) == 1
