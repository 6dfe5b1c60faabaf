"""The fixture ``sources``: the submission's Python as data. A clean process parses it; nothing of it is run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.agent.client import of_type
from grader.checkpoint.kit.files import Files
from grader.stage.outcome import Failed
from grader.stage.sqlite.witness import Witness

MOST_FILES = 300
MOST_CHARACTERS = 600_000


@dataclass(frozen=True, slots=True)
class Assigned:
    """A name that a class's body gives a value: ``called`` makes it (``models.ForeignKey``), with these keywords.

    A keyword's value is ``None`` unless it is a text or a truth as written. ``whole`` is false if there may be more
    keywords than stand there (``**options``).
    """

    name: str
    line: int
    called: str
    keywords: Mapping[str, Any]
    whole: bool


@dataclass(frozen=True, slots=True)
class SourceClass:
    """A class as it is written; ``meta`` are the texts that its inner class Meta gives."""

    path: str
    line: int
    name: str
    bases: tuple[str, ...]
    assigned: tuple[Assigned, ...]
    meta: Mapping[str, str]

    def get(self, name: str) -> Assigned | None:
        """What the body gives that name, the last one."""
        return next((one for one in reversed(self.assigned) if one.name == name), None)


class Sources:
    """Classes and functions of the submission's modules; a module that is no Python has none."""

    def __init__(self, witness: Witness, files: Files) -> None:
        self._witness, self._files = witness, files

    def classes(self, pattern: str) -> tuple[SourceClass, ...]:
        """The classes of the modules that match, tests and migrations left out."""
        paths = [p for p in self._files.glob(pattern) if not {"migrations", "tests"} & set(p.split("/"))]
        texts = [[path, self._files.text(path)] for path in paths[:MOST_FILES]]
        if len(paths) > MOST_FILES or sum(len(text) for _, text in texts) > MOST_CHARACTERS:
            raise Failed(f"at most {MOST_FILES} modules of {MOST_CHARACTERS} characters", "there is more")
        return tuple(_class(one) for one in of_type(list, self._witness.source("classes", texts=texts)))

    def family(self, one: SourceClass, among: tuple[SourceClass, ...]) -> Iterator[SourceClass]:
        """A class and those it inherits from, as far as they are among these, itself first."""
        left, seen = [one], set[int]()
        while left:
            current = left.pop(0)
            if id(current) not in seen:
                seen.add(id(current))
                yield current
                wanted = {base.rpartition(".")[2] for base in current.bases}
                left += [other for other in among if other.name in wanted]

    def functions(self, text: str) -> list[tuple[int, int, int]]:
        """The functions of a module's text: first line with decorators, first line of the body, its indent."""
        found = of_type(list, self._witness.source("functions", text=text))
        return [(first, body, indent) for first, body, indent in found]


def _class(one: Any) -> SourceClass:
    path, line, name, bases, assigned, meta = of_type(list, one)
    return SourceClass(path, line, name, tuple(bases), tuple(Assigned(*each) for each in assigned), meta)
