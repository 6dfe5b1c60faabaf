"""Dependency inversion: clock, mail and search are reached through a protocol, or by a setting that names what is used.

A call of the real thing counts nothing inside of a class that implements a protocol of the project which something
asks for, inside of what a setting names, and where what it gives is handed on to a function of the project as an
argument. Whether the protocol is a good one, no program decides: a reviewer does.
"""

from dataclasses import dataclass
from functools import cached_property

from grader.architecture.cycles import puts_together
from grader.architecture.metrics import INVERSION
from grader.architecture.modules import Class, Use
from grader.architecture.project import Project
from grader.architecture.shown import absent, counted, finding
from grader.domain.evidence import Finding, Measurement

_PROTOCOLS = ("typing.Protocol", "typing_extensions.Protocol", "abc.ABC", "abc.ABCMeta")
_DJANGO_MAIL = "django.core.mail"
_READ = {
    "clock": "Take the time as an argument, or ask an object with a protocol: https://docs.python.org/3/library/typing.html#typing.Protocol",
    "mail": "Send through django.core.mail, whose EMAIL_BACKEND can be replaced, or through a protocol of your own: "
    "https://docs.djangoproject.com/en/stable/topics/email/#email-backends",
    "search": "Put the engine behind a protocol, and name what implements it in a setting that import_string reads: "
    "https://docs.djangoproject.com/en/stable/ref/utils/#django.utils.module_loading.import_string",
}
_WHAT = {"clock": "the system's clock", "mail": "a mail server or mail service", "search": "the search engine"}


def measure(project: Project) -> Measurement:
    """How many calls reach clock, mail or search so that nothing else can take their place."""
    looking = _Looking(project)
    direct, inverted = looking.uses()
    mails = any(one.target.startswith(_DJANGO_MAIL) for m in project.modules.values() for one in m.imports)
    if not direct and not inverted:
        through = ", and mail goes out through Django's own setting" if mails else ""
        reason = f"Nothing of the project asks a clock, a mail server or a search engine{through}: nothing is inverted."
        return absent(INVERSION, reason)
    return counted(INVERSION, (_finding(path, use) for path, use in direct))


def _finding(path: str, use: Use) -> Finding:
    name = f"{use.cls}.{use.name}".strip(".")
    seen = f"{name} calls {use.call}"
    expected = f"{_WHAT[use.what]} is reached through a protocol or a setting"
    return finding(use.what, seen, expected, path, use.line, _READ[use.what])


@dataclass(frozen=True)
class _Looking:
    project: Project

    def uses(self) -> tuple[list[tuple[str, Use]], list[tuple[str, Use]]]:
        """The calls that nothing can take the place of, and those that something can."""
        direct: list[tuple[str, Use]] = []
        inverted: list[tuple[str, Use]] = []
        for path, module in self.project.modules.items():
            if not self.project.app(path) or puts_together(path, module):
                continue
            handed_on = {(use.line, use.column) for use in module.uses if use.to and self.project.resolve(use.to)}
            for use in module.uses:
                if not use.to:
                    is_free = (use.line, use.column) in handed_on or self._is_implementation(path, use)
                    (inverted if is_free else direct).append((path, use))
        return direct, inverted

    def _is_implementation(self, path: str, use: Use) -> bool:
        known = self.project.names[path][0]
        owner = f"{known}.{use.cls or use.name}"
        if owner in self._named:
            return True
        found = self.project.classes.get(f"{known}.{use.cls}") if use.cls else None
        return found is not None and any(self._implements(found[1], port) for port in self._asked_for)

    @cached_property
    def _named(self) -> frozenset[str]:
        """Classes and functions that a setting names which something imports by name."""
        loaded = {name for module in self.project.modules.values() for name in module.loaded}
        texts = {name for name in loaded if "." in name} | {
            text
            for module in self.project.modules.values()
            for name, values in module.settings.items()
            if name in loaded or name == "EMAIL_BACKEND"
            for text in values
        }
        found = (self.project.resolve(text) for text in texts)
        return frozenset(f"{self.project.names[one[0]][0]}.{one[1]}" for one in found if one is not None and one[1])

    @cached_property
    def _asked_for(self) -> tuple[Class, ...]:
        """The protocols and abstract classes of the project that an annotation asks for."""
        asked = {name for module in self.project.modules.values() for name in module.annotated}
        found = {id(one[1]): one[1] for name in asked if (one := self.project.find_class(name)) is not None}
        return tuple(one for one in found.values() if set(one.bases).intersection(_PROTOCOLS) and _public(one))

    def _implements(self, one: Class, port: Class) -> bool:
        """By inheritance, or by having all of its public methods, as Python's protocols take it."""
        if one is port:
            return False
        own = self.project.ancestors(one)[0]
        has = {name for each in own if each is not port for name in each.methods}
        return _public(port) <= has


def _public(port: Class) -> set[str]:
    return {name for name in port.methods if not name.startswith("_") or name == "__call__"}
