"""What a hidden check's ending says of the project's own words; and what it would say if it believed them."""

from pathlib import Path

import pytest

from grader.agent.raised import Frame, Raised
from grader.checkpoint.diagnosis.explain import Context, explain
from grader.checkpoint.diagnosis.shapes import odd_answer
from grader.checkpoint.diagnosis.tree import Tree
from grader.checkpoint.kit.http import Response
from grader.checkpoint.kit.outcome import fail, raises, refuses
from grader.domain.evidence import Location
from grader.domain.status import Status
from grader.stage.outcome import Failed, Late, Refused
from grader.stage.project import Broken

SECRET = "asked_for_slug_hello"
SOURCE = "class Slow(Exception): pass\n\ndef save(self):\n    raise Slow\n"


class Credulous(Tree):
    """Believes whatever it is told: how it would be without the tree."""

    def place(self, path: str, line: int | None) -> Location | None:
        return Location(path, line)

    def has_name(self, name: str) -> bool:
        return True


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "submission"
    (root / "src").mkdir(parents=True)
    (root / "src" / "models.py").write_text(SOURCE)
    return root


def context(tree: Tree, public: bool = False) -> Context:
    return Context("It holds.", Path("/checks"), public, tree)


def raised(**more) -> Raised:
    given = {
        "type": "Slow",
        "bases": ("posts.models.Slow", "builtins.Exception"),
        "message": "m",
        "frames": (Frame("src/models.py", 4, "save", "raise Slow"),),
    }
    return Raised(**(given | more))


def unknown(model: str, field: str) -> Raised:
    """What Django raises for a field that the model does not have."""
    message = f"{model}() got unexpected keyword arguments: '{field}'"
    return Raised("TypeError", bases=("builtins.TypeError",), message=message)


LEAKS = {
    "a path": raised(frames=(Frame(f"src/{SECRET}.py", 1, "f", ""),)),
    "a path with a line of its own": raised(frames=(Frame(f"x\n::error::{SECRET}", 1, "f", ""),)),
    "a path that is long": raised(frames=(Frame(SECRET * 40_000, 1, "f", ""),)),
    "a class": raised(type=SECRET, bases=(f"posts.models.{SECRET}", "builtins.Exception")),
    "a module": raised(type=SECRET, bases=(f"{SECRET}.{SECRET}",)),
    "a field": raised(fields={SECRET: (("c", "m"),)}),
    "a constraint": Refused("unique", SECRET),
    "a model": unknown(SECRET, "title"),
    "a field that a model lacks": unknown("Slow", SECRET),
    "a place of an author's made of the project's words": Failed("a", "b", Location(f"{SECRET};", 3)),
}


@pytest.mark.parametrize("name", LEAKS)
def test_a_hidden_check_tells_nothing_that_was_not_in_the_submission(name: str, root: Path) -> None:
    ending = explain(LEAKS[name], context(Tree(root, root)))
    assert SECRET not in f"{ending.expected}{ending.observed}{ending.where}{ending.traceback}"
    believed = explain(LEAKS[name], context(Credulous(root, root)))
    assert SECRET in f"{believed.observed}{believed.where}", "the control: believed, it is told"


def test_a_line_is_one_of_the_file(root: Path) -> None:
    number = int.from_bytes(SECRET.encode())
    error = raised(frames=(Frame("src/models.py", number, "save", ""),))
    assert explain(error, context(Tree(root, root))).where == Location("src/models.py")
    assert explain(error, context(Credulous(root, root))).where == Location("src/models.py", number)


def test_what_is_there_is_told(root: Path) -> None:
    ending = explain(raised(), context(Tree(root, root)))
    assert ending.observed == "Slow raised at src/models.py:4"
    assert ending.where == Location("src/models.py", 4)
    fields = {"save": (("c", "m"),), "__all__": (("c", "m"),)}
    told = explain(
        raised(type="ValidationError", bases=("builtins.ValueError",), fields=fields), context(Tree(root, root))
    )
    assert told.observed == "a ValueError on `save`, the whole raised at src/models.py:4"
    assert "`save`" in explain(Refused("unique", "save"), context(Tree(root, root))).observed


def test_a_field_that_the_model_lacks_is_told_by_its_name(root: Path) -> None:
    """To a hidden check's reader by names that stand in the submission, to a public one's with what to do and where."""
    tree = Tree(root, root)
    assert explain(unknown("Slow", "save"), context(tree)).observed == "TypeError raised: Slow has no field `save`"
    lacks = explain(unknown("Slow", "role"), context(tree)).observed
    assert lacks == "TypeError raised: Slow lacks a field that the brief names"
    public = explain(unknown("Slow", "role"), context(tree, public=True))
    assert public.observed.startswith("Slow has no field `role`. The brief says which fields the model has")
    assert public.where == Location("src/models.py", 1)
    assert explain(unknown("Slow", "save"), context(tree)).cause == "Slow has no `save`"
    assert public.expected == "a field `role` in Slow"
    assert explain(unknown("Slow", "save"), context(tree)).expected == "a field `save` in Slow"
    assert explain(unknown("Slow", "secret"), context(tree)).expected == "no exception"  # it stands nowhere in there


def lacking(owner: str, name: str, **more) -> Raised:
    """What Python raises for a name that an object does not have, where nothing of the project asked for it."""
    given = {"type": "AttributeError", "bases": ("builtins.AttributeError",), "frames": ()}
    return raised(**(given | {"message": f"'{owner}' object has no attribute '{name}'"} | more))


def test_a_name_that_a_class_lacks_is_told_as_a_field_is(root: Path) -> None:
    """As something that the brief names, with the class's place: an AttributeError says nothing of that."""
    tree = Tree(root, root)
    public, hidden = (explain(lacking("Slow", "save"), context(tree, public=shown)) for shown in (True, False))
    assert public.observed.startswith("Slow has no `save`. The brief names what it has")
    assert (public.expected, public.where) == ("`save` of Slow", Location("src/models.py", 1))
    assert (hidden.expected, hidden.observed) == ("`save` of Slow", "AttributeError raised: Slow has no `save`")
    field = explain(unknown("Slow", "save"), context(tree))
    assert {public.cause, hidden.cause, field.cause} == {"Slow has no `save`"}
    secret = explain(lacking("Slow", SECRET), context(tree))
    assert SECRET not in f"{secret.expected}{secret.observed}{secret.cause}"
    assert secret.observed == "AttributeError raised: Slow lacks something that the brief names"


def test_a_verb_that_a_manager_lacks_is_told_with_where_it_belongs(root: Path) -> None:
    told = explain(lacking("ManagerFromPostQuerySet", "save"), context(Tree(root, root), public=True))
    assert told.expected == "`save` of the manager (ManagerFromPostQuerySet)"
    assert "the manager (ManagerFromPostQuerySet) has no `save`. It is a method of your QuerySet class" in told.observed
    assert told.where == Location("src/models.py", 3), "it is written, and elsewhere"


@pytest.mark.parametrize(
    "error",
    [
        lacking("Slow", "save", frames=(Frame("src/models.py", 4, "save", "raise Slow"),)),
        lacking("NoneType", "save"),
        lacking("str", "save"),
    ],
)
def test_control_another_attribute_error_is_told_as_it_is(error: Raised, root: Path) -> None:
    """Of a line of the project's own, and of a class that is none of its."""
    told = explain(error, context(Tree(root, root), public=True))
    assert told.expected == "no exception"
    assert "has no attribute 'save'" in told.observed
    assert "brief" not in told.observed


def test_what_is_refused_was_expected_to_be_accepted(root: Path) -> None:
    tree = Tree(root, root)
    assert explain(raised(**BLANK), context(tree)).expected == "it is accepted"
    unique = raised(type="IntegrityError", bases=("django.db.utils.IntegrityError",), message="UNIQUE")
    assert explain(unique, context(tree)).expected == "the database accepts it"
    assert explain(raised(), context(tree)).expected == "no exception"  # the control


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("indexes that begin with [('author_id',), ('status', 'published_at')]", "(author_id); (status, published_at)"),
        ("they begin with []", "none"),
        ("a list [1, 2] and ['a']", "[1, 2] and ['a']"),
        ("[('a\\'b',)]", "[('a\\'b',)]"),
        ("[(1, 2)]", "[(1, 2)]"),
    ],
)
def test_a_list_of_tuples_in_a_sentence_is_told_without_brackets_of_python(written: str, read: str) -> None:
    with pytest.raises(Failed) as caught:
        fail(expected="an index", observed=written)
    assert caught.value.observed.endswith(read)


def test_an_invented_frame_hides_no_real_one(root: Path) -> None:
    frames = (Frame("src/models.py", 4, "save", "raise Slow"), Frame("src/invented.py", 9, "f", ""))
    ending = explain(raised(frames=frames), context(Tree(root, root), public=True))
    assert ending.where == Location("src/models.py", 4)
    assert "invented" not in ending.traceback
    assert "src/models.py" in ending.traceback


def test_a_public_check_tells_the_message_in_one_line(root: Path) -> None:
    error = raised(message="a\n::error::b\u2028c \x1b[31m")
    ending = explain(error, context(Tree(root, root), public=True))
    assert ending.observed == "Slow raised at src/models.py:4: a ::error::b\\u2028c \\x1b[31m"
    assert "\x1b" not in ending.traceback


def test_names_that_the_kit_lists_are_names(root: Path) -> None:
    error = raised(bases=("django.core.exceptions.ValidationError",), fields={f"{SECRET} and more": (("c d", "m"),)})
    with pytest.raises(Failed) as caught, refuses("body"):
        raise error
    assert SECRET not in caught.value.observed
    with pytest.raises(Failed) as caught, refuses(code="required"):
        raise error
    assert caught.value.observed == "a ValidationError with code 1 others"


@pytest.mark.parametrize("where", ["a:²", "a:" + "9" * 5_000, "a:-1", ":", ""])
def test_an_odd_place_is_no_error_of_ours(where: str, root: Path) -> None:
    with pytest.raises(Failed) as caught:
        fail(expected="a", observed="b", where=where)
    assert explain(caught.value, context(Tree(root, root))).observed == "b"


def test_the_wrong_exception_is_told_as_any_other(root: Path) -> None:
    error = raised(type=SECRET, bases=(f"posts.models.{SECRET}", "builtins.ValueError"))
    with pytest.raises(Failed) as caught, raises("PermissionDenied"):
        raise error
    hidden, public = (explain(caught.value, context(Tree(root, root), public)) for public in (False, True))
    assert hidden.observed == "ValueError raised at src/models.py:4"
    assert public.observed == f"{SECRET} raised at src/models.py:4: m", "the control: a public check names the class"


def test_what_is_not_raised_is_told_without_an_article() -> None:
    with pytest.raises(Failed) as caught, raises("django.core.exceptions.ImproperlyConfigured"):
        pass
    assert (caught.value.expected, caught.value.observed) == ("ImproperlyConfigured is raised", "nothing is raised")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("nothing here", "status 500, 'nothing here'"),
        (
            "\n<html><title>Server\n Error</title><h1>Server Error</h1>",
            "status 500, a page in HTML with the title 'Server Error'",
        ),
        ("<p>" + "<title>" * 100_000, "status 500, a page in HTML"),
    ],
)
def test_a_page_where_json_was_expected_is_told_by_its_title(body: str, told: str) -> None:
    with pytest.raises(Failed) as caught:
        Response(500, (), body.encode()).json()
    assert (caught.value.expected, caught.value.observed) == ("a JSON answer", told)


BLANK = {"fields": {"save": (("blank", "This field cannot be blank."),)}, "bases": ("builtins.ValueError",)}
WHOLE = {"fields": {"__all__": (("c", "Constraint “Slow” is violated."),)}, "bases": ("builtins.ValueError",)}


def test_a_public_check_tells_field_message_and_constraint(root: Path) -> None:
    tree = Tree(root, root)
    told = explain(raised(type="ValidationError", **BLANK), context(tree, public=True)).observed
    assert told == "a ValidationError on `save` (This field cannot be blank.) raised at src/models.py:4"
    both = {**BLANK, "fields": BLANK["fields"] | {"body": (("required", "It needs one."),)}}
    told = explain(raised(type="ValidationError", **both), context(tree, public=True)).observed
    said = "a ValidationError on `save`, `body` (`save`: This field cannot be blank.; `body`: It needs one.)"
    assert told == f"{said} raised at src/models.py:4"
    told = explain(raised(type="ValidationError", **WHOLE), context(tree, public=True)).observed
    assert "the whole by constraint `Slow` (Constraint" in told


def test_a_hidden_check_tells_field_and_a_constraint_that_is_there(root: Path) -> None:
    tree = Tree(root, root)
    assert explain(raised(**BLANK), context(tree)).observed == "a ValueError on `save` raised at src/models.py:4"
    whole = "a ValueError on the whole by constraint `Slow` raised at src/models.py:4"
    assert explain(raised(**WHOLE), context(tree)).observed == whole
    secret = {"__all__": (("c", f"Constraint “{SECRET}” is violated."),)}
    for own in (tree, Credulous(root, root)):
        told = explain(raised(**{**WHOLE, "fields": secret}), context(own))
        assert (SECRET in f"{told.observed}{told.cause}") is isinstance(own, Credulous)


def test_a_field_that_django_refuses_is_one_cause_wherever_it_was_met(root: Path) -> None:
    tree, elsewhere = Tree(root, root), (Frame("src/models.py", 1, "f", ""),)
    met = {explain(raised(**BLANK, **more), context(tree)).cause for more in ({}, {"frames": elsewhere})}
    assert met == {"a ValueError on `save`"}
    own = BLANK | {"fields": {"save": (("mine", "No."),)}}
    assert len({explain(raised(**own, **more), context(tree)).cause for more in ({}, {"frames": elsewhere})}) == 2


def test_public_and_hidden_checks_name_one_cause_alike(root: Path) -> None:
    tree = Tree(root, root)
    for error in (raised(), raised(**BLANK), raised(**WHOLE)):
        public, hidden = (explain(error, context(tree, public=shown)).cause for shown in (True, False))
        assert public == hidden != ""
    nowhere = raised(frames=(), message=SECRET)
    assert explain(nowhere, context(tree)).cause == ""
    assert SECRET in explain(nowhere, context(tree, public=True)).cause
    assert (
        explain(Failed("a model posts.Tag", "there is none"), context(tree)).cause == "a model posts.Tag: there is none"
    )


SHAPES = {
    "KeyError": (lambda: {}["asked"], "'asked' is not in the answer", "something is missing from the answer"),
    "IndexError": (lambda: list(range(3))[3], "fewer items", "fewer items"),
    "None": (lambda: None.slug, "None where something else", "None where something else"),  # type: ignore[attr-defined]
    "None by key": (lambda: {}.get("post")["slug"], "None where", "None where"),
    "unpacking": (lambda: (lambda a, b: a)(*dict.fromkeys("abc")), "another shape", "another shape"),
}


@pytest.mark.parametrize("name", SHAPES)
def test_an_odd_answer_is_told_as_an_answer(name: str) -> None:
    work, public, hidden = SHAPES[name]
    with pytest.raises(Exception) as caught:  # noqa: PT011 - each has its own
        work()
    assert public in odd_answer(caught.value, public=True)
    told = odd_answer(caught.value, public=False)
    assert hidden in told
    assert "asked" not in told


def test_a_refusal_on_the_whole_is_told_with_where_people_need_it() -> None:
    error = raised(bases=("django.core.exceptions.ValidationError",), fields={"__all__": (("c", "m"),)})
    with pytest.raises(Failed) as caught, refuses("name"):
        raise error
    assert caught.value.expected == "a ValidationError on `name`: people need it beside that field"
    assert caught.value.observed == "refused under `__all__`, beside no field"


@pytest.mark.parametrize("asked", [False, True])
def test_a_start_after_checks_tells_a_hidden_one_no_message(asked: bool, root: Path) -> None:
    """What a check had asked may have been kept somewhere; before any check there was nothing to keep."""
    broken = Broken("was starting", raised(message=SECRET), asked)
    assert (SECRET in explain(broken, context(Tree(root, root))).observed) is not asked
    assert SECRET in explain(broken, context(Tree(root, root), public=True)).observed


def test_an_import_that_a_check_comes_to_first_is_told_in_words(root: Path) -> None:
    """A public check says what to do; a hidden one says no more than class and place."""
    missing = raised(
        type="ModuleNotFoundError", bases=("builtins.ModuleNotFoundError",), message="No module named 'yours'"
    )
    told = explain(missing, context(Tree(root, root), public=True))
    assert told.observed.startswith("`yours` is imported, and no package in poetry.lock brings it. `poetry add`")
    assert explain(missing, context(Tree(root, root))).observed == "ModuleNotFoundError raised at src/models.py:4"
    table = raised(bases=("django.db.utils.OperationalError",), message="no such table: posts_post", frames=())
    assert "does a migration make it" in explain(table, context(Tree(root, root), public=True)).observed


@pytest.mark.parametrize(("kind", "unsure"), [(Failed, False), (Late, True)])
def test_what_failed_for_want_of_time_is_repeated(root: Path, kind: type[Failed], unsure: bool) -> None:
    ending = explain(kind("an answer within 5 s", "none"), context(Tree(root, root)))
    assert (ending.status, ending.expected, ending.unsure) == (Status.FAILED, "an answer within 5 s", unsure)
