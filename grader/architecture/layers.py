"""Domain services: views leave every change of data to other modules, and these know nothing of views.

Counted is a change that stands in a module of views, one that a generic view or a serializer makes by itself, and a
service that imports a view or REST framework. Where else than in a module of views a project writes is its own choice.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.architecture.metrics import LAYERS
from grader.architecture.modules import Class, Module, Write
from grader.architecture.project import Project
from grader.architecture.shown import absent, counted, finding
from grader.architecture.views import is_admin, is_form, is_model, is_serializer, is_view, view_modules
from grader.architecture.writing import generic_writes, serializers_of, writes_itself
from grader.domain.evidence import Finding, Measurement

# What modules and packages are called that hold what a project does, or its data: no style names others like this.
_DOMAIN = re.compile(
    r"(?:^|[/_])(?:services?|selectors?|use_?cases?|domain|queries|commands|models?|managers?|querysets?)(?:\.py$|/|_)"
)
_EXPECTED = "a view asks a service to change data, a function in a module without views"
_READ = (
    "Move the change into a function that the view calls: "
    "https://github.com/HackSoftware/Django-Styleguide#services, or perform_create and its like: "
    "https://www.django-rest-framework.org/api-guide/generic-views/#methods"
)
_READ_SERVICE = (
    "Take plain values and raise Django's own exceptions; turning them into answers is the view's: "
    "https://github.com/HackSoftware/Django-Styleguide#services"
)


def measure(project: Project) -> Measurement:
    """How many changes views make themselves, and how many services know views."""
    views = view_modules(project)
    if not views:
        return absent(LAYERS, "The project has no views.")
    looking = _Looking(project, views)
    found = [*looking.found()]
    writes = any(module.writes for path, module in project.modules.items() if path not in views)
    if not found and not writes:
        return absent(LAYERS, "No module of the project changes data, so nothing shows that services do.")
    return counted(LAYERS, found)


@dataclass(frozen=True, slots=True)
class _Looking:
    """A project, and its modules of views by their paths."""

    project: Project
    views: Mapping[str, Module]

    def found(self) -> Iterator[Finding]:
        """All that counts."""
        bases = {id(one) for _, each in self.project.classes.values() for one in self._own(each)[1:]}
        for path, module in self.views.items():
            data = {one.name for one in module.classes if is_model(self.project, one)}
            for write in module.writes:
                if write.cls not in data and (said := self._said(path, write)):
                    yield finding("write", said, _EXPECTED, path, write.line, _READ)
            for one in module.classes:
                if is_view(self.project, one) and id(one) not in bases:
                    for said, method in generic_writes(self.project, one):
                        expected = f"`{method}` is the view's own and calls a service"
                        yield finding("generic", f"{one.name} {said}", expected, path, one.line, _READ)
        called = self._called()
        for path, module in self.project.modules.items():
            if path not in self.views and not module.configures_urls and "/management/" not in path:
                is_service = any((path, write.name) in called for write in module.writes)
                yield from self._upward(path, module, is_service=is_service)

    def _called(self) -> set[tuple[str, str]]:
        """The functions that modules of views import, each with the path of its module."""
        targets = (one.target for module in self.views.values() for one in module.imports)
        return {found for target in targets if (found := self.project.resolve(target)) is not None}

    def _own(self, one: Class) -> tuple[Class, ...]:
        return self.project.ancestors(one)[0]

    def _said(self, path: str, write: Write) -> str:
        """What a call changes by itself, in words; "" where that is nothing, or another's to do."""
        name = f"{write.cls}.{write.name}".strip(".") or "the module"
        match write.kind:
            case "row":
                return f"`{write.how}()` in {name}"
            case "own":
                view = self.project.classes.get(f"{self.project.names[path][0]}.{write.cls}")
                known = serializers_of(self.project, view[1]) if view else None
                writing = known is None or any(writes_itself(self.project, one, _operation(write)) for one in known)
                return f"`{write.how}()` of its serializer or form in {name}" if writing else ""
        return f"`{write.how}()` in {name}" if self._is_change(write) else ""

    def _is_change(self, write: Write) -> bool:
        """Whether saving or deleting what a call of ``target`` gave, or what is annotated so, changes data."""
        found = self.project.find_class(write.target)
        if found is not None:
            if is_serializer(self.project, found[1]) or is_form(self.project, found[1]):
                return writes_itself(self.project, found[1], _operation(write))
            return is_model(self.project, found[1])
        last = write.target.rpartition(".")[2]
        if last[:1].isupper():
            return last.endswith(("Form", "Serializer")) or ".models." in write.target
        return write.target.startswith("django.") or self.project.resolve(write.target) is not None

    def _upward(self, path: str, module: Module, *, is_service: bool) -> Iterator[Finding]:
        """Imports of views by what they are built on, and of REST framework by what is named as a part of the domain.

        A module is a service by its name, or because views import a function of it that changes data.
        """
        is_domain = _DOMAIN.search(path) is not None
        if not (is_domain or is_service):
            return
        for one in module.imports:
            if one.how == "types":
                continue
            found = self.project.resolve(one.target)
            seen = ""
            if found is not None and self._leads_to_view(*found):
                seen = f"it imports {one.target}, which is of a module of views"
            elif is_domain and one.target.partition(".")[0] in ("rest_framework", "ninja"):
                seen = f"it imports {one.target}"
            if seen:
                expected = "what changes data knows nothing of requests and answers"
                yield finding("upward", seen, expected, path, one.line, _READ_SERVICE)

    def _leads_to_view(self, path: str, rest: str) -> bool:
        """Whether what is imported is of the views, and no model that stands beside them."""
        if path not in self.views:
            return False
        found = self.project.classes.get(f"{self.project.names[path][0]}.{rest}")
        return found is None or any(
            kind(self.project, found[1]) for kind in (is_view, is_serializer, is_form, is_admin)
        )


def _operation(write: Write) -> str:
    return {"perform_create": "create", "perform_update": "update"}.get(write.name, "")
