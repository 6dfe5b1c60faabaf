"""What Django and REST framework write by themselves: serializers and forms that are saved, and generic views."""

from collections.abc import Iterator, Mapping

from grader.architecture.modules import Class
from grader.architecture.project import Project
from grader.architecture.views import is_form, is_serializer

_BY_MODEL = ("ModelSerializer", "ModelForm")
_PLAIN_FORMS = ("django.forms.Form", "django.forms.forms.Form", "django.forms.BaseForm")
_EVERYTHING = ("ModelViewSet",)
# The classes of REST framework that do an operation unless a method of the view takes it over, and by which verbs.
_GENERIC: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "create": (
        frozenset({*_EVERYTHING, "CreateModelMixin", "CreateAPIView", "ListCreateAPIView"}),
        frozenset({"post"}),
    ),
    "update": (
        frozenset(
            {
                *_EVERYTHING,
                "UpdateModelMixin",
                "UpdateAPIView",
                "RetrieveUpdateAPIView",
                "RetrieveUpdateDestroyAPIView",
            }
        ),
        frozenset({"put", "patch"}),
    ),
    "destroy": (
        frozenset(
            {
                *_EVERYTHING,
                "DestroyModelMixin",
                "DestroyAPIView",
                "RetrieveDestroyAPIView",
                "RetrieveUpdateDestroyAPIView",
            }
        ),
        frozenset({"delete"}),
    ),
}
_EDITING, _DELETING = frozenset({"CreateView", "UpdateView"}), frozenset({"DeleteView"})


def serializers_of(project: Project, view: Class) -> list[Class] | None:
    """The serializers and forms of the project that a view names; ``None`` where they cannot be told."""
    for one in project.ancestors(view)[0]:
        if one.serializers:
            found = [each[1] for name in one.serializers if (each := project.find_class(name)) is not None]
            chosen = [each for each in found if is_serializer(project, each) or is_form(project, each)]
            return chosen or None
    return None


def writes_itself(project: Project, one: Class, operation: str = "") -> bool:
    """Whether ``save()`` of this serializer or form ends in writing that is not the project's own.

    ``operation`` is ``create`` or ``update`` where that is known. A serializer that is no ``ModelSerializer`` writes
    only what its own methods say, and these are looked at where they stand.
    """
    own, others = project.ancestors(one)
    if is_form(project, one):
        return any(name not in _PLAIN_FORMS for name in others if name.endswith("Form")) and not takes_over(own, "save")
    if not any(name.endswith(_BY_MODEL) for name in others) or takes_over(own, "save"):
        return False
    return not any(takes_over(own, name) for name in ([operation] if operation else ["create", "update"]))


def generic_writes(project: Project, view: Class) -> Iterator[tuple[str, str]]:
    """What a generic view writes by itself because nothing of the project takes it over, and what should."""
    own, others = project.ancestors(view)
    names = frozenset(name.rpartition(".")[2] for name in others)
    verbs = next((frozenset(one.verbs) for one in own if one.verbs is not None), None)
    for operation, (classes, needed) in _GENERIC.items():
        if not names & classes or (verbs is not None and not needed & verbs):
            continue
        if takes_over(own, f"perform_{operation}") or takes_over(own, operation):
            continue
        if operation == "destroy" or _saves(project, view, operation):
            yield f"leaves `{operation}` to REST framework, which writes by itself", f"perform_{operation}"
    if names & _EDITING and not _takes_any(own, "form_valid", "post") and _saves(project, view, ""):
        yield "leaves saving to Django's generic view", "form_valid"
    if names & _DELETING and not _takes_any(own, "form_valid", "delete", "post"):
        yield "leaves deleting to Django's generic view", "form_valid"


def _saves(project: Project, view: Class, operation: str) -> bool:
    """Whether what the view saves writes by itself; so it is taken to be where it cannot be told what that is."""
    named = serializers_of(project, view)
    return named is None or any(writes_itself(project, one, operation) for one in named)


def takes_over(own: tuple[Class, ...], method: str) -> bool:
    """Whether one of these classes has the method and does not hand on to that of the class above."""
    return any(method in one.methods and method not in one.methods[method] for one in own)


def _takes_any(own: tuple[Class, ...], *methods: str) -> bool:
    return any(takes_over(own, method) for method in methods)
