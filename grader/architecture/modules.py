"""What the child says of a module. The submission may have written it itself, so that every shape is checked."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import Meta, Struct

from grader.domain.text import one_line
from grader.domain.words import bounded
from grader.reader.client import Kind, NotReadable, Reader
from grader.reader.launch import Bounds, Child

_PROGRAM = Path(__file__).with_name("child.py")
_CPU_S, _JOBS_CPU_S, _MEMORY_MB = 10.0, 600, 1024
_Line = Annotated[int, Meta(ge=1, lt=1 << 31)]
_Count = Annotated[int, Meta(ge=0, lt=1 << 31)]
_Name = Annotated[str, Meta(max_length=2_000)]


class Import(Struct, frozen=True, forbid_unknown_fields=True):
    """Another module that this one needs, or something in it; ``how`` is told in ``facts.imports``."""

    line: _Line
    target: _Name
    how: Literal["import", "types", "text", "model"]


class Class(Struct, frozen=True, forbid_unknown_fields=True):
    """A class, as ``facts.classes`` tells it."""

    name: _Name
    line: _Line
    bases: list[_Name]
    methods: dict[_Name, list[_Name]]
    serializers: list[_Name]
    verbs: list[str] | None


class Function(Struct, frozen=True, forbid_unknown_fields=True):
    """A function or method, as ``facts.functions`` tells it."""

    name: _Name
    cls: _Name
    line: _Line
    complexity: _Count
    statements: _Count
    decorators: list[_Name]
    first: _Name


class Write(Struct, frozen=True, forbid_unknown_fields=True):
    """A call that changes rows, as ``facts.writes`` tells it."""

    line: _Line
    how: _Name
    kind: Literal["row", "own", "made"]
    target: _Name
    cls: _Name
    name: _Name


class Use(Struct, frozen=True, forbid_unknown_fields=True):
    """A call of what a project should be able to replace, as ``facts.uses`` tells it."""

    line: _Line
    column: _Count
    what: Literal["clock", "mail", "search"]
    call: _Name
    cls: _Name
    name: _Name
    to: _Name


class Module(Struct, frozen=True, forbid_unknown_fields=True):
    """All that is known of one module."""

    lines: _Count
    imports: list[Import]
    classes: list[Class]
    functions: list[Function]
    writes: list[Write]
    uses: list[Use]
    names: dict[_Name, _Name]
    routes: list[_Name]
    configures_urls: bool
    annotated: list[_Name]
    settings: dict[_Name, list[_Name]]
    loaded: list[_Name]
    sequences: list[str]


class _Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of one module: it, or why it cannot be read."""

    module: Module | None = None
    problem: str = ""
    line: _Line | None = None


class ModuleReader(Reader):
    """A reader of modules: its child is the program of this room. Use one for each submission."""

    def modules(self, sources: Sequence[tuple[str, bytes]]) -> list[Module | NotReadable]:
        """What each module contains, by its dotted name and its source, or why it cannot be read.

        A name ends with a dot for the ``__init__`` of a package. Raises ``EnvironmentError_`` if this machine cannot
        start the child, or gives it no time.
        """
        try:
            documents = (part for name, source in sources for part in (name.encode(), source))
            answer: Any = self.read(cast("Kind", "module"), *documents, cpu_s=_CPU_S)
            found = msgspec.convert(answer, list[_Answer])
        except NotReadable as problem:
            return [problem] if len(sources) == 1 else self._each(sources)
        except msgspec.ValidationError:
            found = []
        if len(found) != len(sources):  # nothing of ours answers like this
            self.close()
            forged = NotReadable("it makes its reader say what no module contains", exhausting=True)
            return [forged] if len(sources) == 1 else self._each(sources)
        return [one.module or NotReadable(one_line(bounded(one.problem)), one.line) for one in found]

    def _each(self, sources: Sequence[tuple[str, bytes]]) -> list[Module | NotReadable]:
        """One by one, so that a module that cannot be read takes no other with it."""
        return [found for source in sources for found in self.modules([source])]

    def _running(self) -> Child:
        if self._child is None:
            child = Child(str(_PROGRAM), (), Bounds(_JOBS_CPU_S, memory_mb=_MEMORY_MB, wall_s=self._wall_s))
            child.await_ready()
            self._child = child
        return self._child
