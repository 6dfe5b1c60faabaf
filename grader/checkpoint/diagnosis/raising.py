"""An exception of the project in words: to a hidden check's reader with nothing that was not in the submission."""

import re
from collections.abc import Iterator

from grader.agent.raised import Frame, Raised
from grader.checkpoint.diagnosis.tree import Tree
from grader.domain.evidence import Location
from grader.domain.text import one_line
from grader.domain.words import bounded, field_list, plain_names

_CONSTRAINT = re.compile(r"Constraint [“\"'](\w{1,100})[”\"'] is violated")
_UNKNOWN_FIELD = re.compile(r"^(\w{1,100})\(\) got unexpected keyword arguments: '(\w{1,100})'")
_UNKNOWN_NAME = re.compile(
    r"^(?:'(\w{1,100})' object|type object '(\w{1,100})') has no attribute '(\w{1,100})'$",
)
_MOST_MESSAGES = 3
# Codes of refusals that Django's own fields make.
_DJANGOS = frozenset(
    ("blank", "null", "required", "invalid", "invalid_choice", "unique", "max_length", "min_length", "max_value")
)


def describe(raised: Raised, tree: Tree, *, shown: bool) -> str:
    """Class, fields, constraint and place; where it may be ``shown``, the messages too.

    A message may carry anything. Without it there is nothing in the words that does not stand in the submission.
    """
    name = raised.type if shown else tree.exception(raised.bases or (raised.type,))
    place = verified_location(innermost_frame(raised, tree), tree)
    at = f" raised at {place}" if place else " raised"
    if raised.fields:
        messages = f" ({_messages(raised)})" if shown and any(map(_said, raised.fields.values())) else ""
        return f"{_refusal(raised, name, tree, shown)}{messages}{at if place else ''}"
    said = bounded(raised.message, 200) if shown else _lacks(raised, tree)
    return f"{name}{at}" + (f": {said}" if said else "")


def unknown_field(raised: Raised) -> tuple[str, str] | None:
    """The model and the field, if a field was set that the model does not have."""
    found = _UNKNOWN_FIELD.search(raised.message) if raised.is_a("TypeError") else None
    return (found[1], found[2]) if found else None


def unknown_name(raised: Raised, tree: Tree) -> tuple[str, str] | None:
    """The class and the name, if a check asked something of the project for a name that it does not have.

    Where a line of the project asked, that line is what is wrong.
    """
    found = _UNKNOWN_NAME.search(raised.message) if raised.is_a("AttributeError") else None
    if found is None or innermost_frame(raised, tree) is not None:
        return None
    name = found[1] or found[2]
    return (name, found[3]) if is_manager(name) or tree.class_of(name) else None


def is_manager(name: str) -> bool:
    """Whether a class of that name is a manager or a queryset, by Django's own names of them."""
    return name.endswith(("Manager", "QuerySet")) or name.startswith("ManagerFrom")


def _asked_for(raised: Raised, tree: Tree) -> tuple[str, str]:
    """The class and the name that it does not have, of a field or of anything else; twice "" where it is neither."""
    return unknown_field(raised) or unknown_name(raised, tree) or ("", "")


def _lacks(raised: Raised, tree: Tree) -> str:
    """The same as a sentence, by names that stand in the submission."""
    model, name = _asked_for(raised, tree)
    if not tree.has_name(model):
        return ""
    a_field = unknown_field(raised) is not None
    if not tree.has_name(name):
        return f"{model} lacks {'a field' if a_field else 'something'} that the brief names"
    return f"{model} has no {'field ' if a_field else ''}`{name}`"


def wanted(raised: Raised, tree: Tree, *, shown: bool) -> str:
    """What a check expected where this was raised: the name that it uses, if there is none; that nothing is refused;
    else no exception.
    """
    model, name = _asked_for(raised, tree)
    if model and (shown or (tree.has_name(model) and tree.has_name(name))):
        return f"a field `{name}` in {model}" if unknown_field(raised) else f"`{name}` of {_called(model)}"
    if raised.fields:
        return "it is accepted"
    return "the database accepts it" if raised.is_a("django.db.utils.IntegrityError") else "no exception"


def _called(name: str) -> str:
    return f"the manager ({name})" if is_manager(name) else name


def cause_of(raised: Raised, tree: Tree, *, shown: bool) -> str:
    """What stood behind a failure, in the same words for every check that met it; "" where these would say too little.

    Public and hidden checks that met the same have the same words, where fields or a place tell it apart.
    """
    if raised.fields and all(code in _DJANGOS for messages in raised.fields.values() for code, _ in messages):
        # Django's own rules of a field are the same wherever it was that they were met.
        return _refusal(raised, tree.exception(raised.bases or (raised.type,)), tree, shown=False)
    model, name = _asked_for(raised, tree)
    if model:  # a field, and whatever else it is that is asked for: that is the same thing missing
        named = shown or (tree.has_name(model) and tree.has_name(name))
        return f"{model} has no `{name}`" if named else _lacks(raised, tree)
    if raised.fields or innermost_frame(raised, tree):
        return describe(raised, tree, shown=False)
    return describe(raised, tree, shown=True) if shown and raised.message else ""


def _refusal(raised: Raised, name: str, tree: Tree, shown: bool) -> str:
    return f"a {name} on {_fields(raised, tree, shown)}{_by(raised, tree, shown)}"


def constraints(raised: Raised) -> tuple[str, ...]:
    """The database's constraints that Django's validation names in its messages."""
    found = (_CONSTRAINT.search(message) for messages in raised.fields.values() for _, message in messages)
    return tuple(dict.fromkeys(match[1] for match in found if match))


def innermost_frame(raised: Raised, tree: Tree) -> Frame | None:
    """The innermost line of the submission that the exception passed, of those that are there."""
    passed = [frame for frame in raised.frames if verified_location(frame, tree)]
    return passed[-1] if passed else None


def traceback_of(raised: Raised, tree: Tree) -> str:
    """The traceback, without the frames that are not of the submission."""
    passed = tuple(frame for frame in raised.frames if verified_location(frame, tree))
    return Raised(raised.type, message=raised.message, frames=passed).traceback()


def verified_location(where: Location | Frame | None, tree: Tree) -> Location | None:
    """A place that is to be had in the submission: of what the project says nothing else."""
    match where:
        case Frame():
            return tree.place(where.path, where.line)
        case Location():
            return tree.named_by_author(where)
    return None


def _fields(raised: Raised, tree: Tree, shown: bool) -> str:
    if shown:
        return field_list(raised.fields)
    named = [f for f in plain_names(raised.fields) if f == "__all__" or tree.has_name(f)]
    return field_list(named) if named else "fields that the project does not have"


def _by(raised: Raised, tree: Tree, shown: bool) -> str:
    """By which constraint, if the validation names one that the submission has."""
    named = [name for name in constraints(raised) if shown or tree.has_name(name)]
    return f" by constraint `{named[0]}`" if named else ""


def _messages(raised: Raised) -> str:
    return bounded(one_line("; ".join(_first_messages(raised))), 200)


def _first_messages(raised: Raised) -> Iterator[str]:
    """The first messages; of several fields, each with the field that it is of."""
    found = [(field, message) for field, messages in raised.fields.items() for _, message in messages if message]
    several = len(raised.fields) > 1
    for field, message in found[:_MOST_MESSAGES]:
        yield f"{field_list([field])}: {message}" if several else message


def _said(messages: tuple[tuple[str, str], ...]) -> bool:
    return any(message for _, message in messages)
