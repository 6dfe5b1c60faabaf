"""The faults of ``faults.toml``: small edits of solution 05, and the tests that have to notice each of them."""

import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_FILE = Path(__file__).with_name("faults.toml")
VARIABLE = "REFERENCE_FAULT"
"""Names a fault that the project has for the tests of the delivery files."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One edit: in ``file``, ``find`` stands once and becomes ``replace``.

    Every one of ``tests`` fails then, with ``seen`` in what pytest says of them all.
    """

    id: str
    fault: str
    file: str
    find: str
    replace: str
    tests: tuple[str, ...]
    seen: str
    on: Literal["sqlite", "postgresql", "delivery"] = "sqlite"

    @contextmanager
    def within(self, project: Path) -> Iterator[None]:
        """The project has the fault as long as this lasts. Raises AssertionError if the place is not found."""
        path = project / self.file
        before = path.read_text("utf-8")
        assert before.count(self.find) == 1, f"{self.id}: {self.file} has that text {before.count(self.find)} times"
        path.write_text(before.replace(self.find, self.replace), "utf-8")
        try:
            yield
        finally:
            path.write_text(before, "utf-8")

    def silent(self, said: str) -> list[str]:
        """The tests that have not failed, by what pytest said (with ``-rf``)."""
        lines = [line.removeprefix("FAILED ") for line in said.splitlines() if line.startswith("FAILED ")]
        return [test for test in self.tests if not any(_is_case(line, test) for line in lines)]


def _is_case(line: str, test: str) -> bool:
    return line.startswith(test) and line.removeprefix(test)[:1] in ("", " ", "[")


def faults() -> list[Fault]:
    """All of them, in the order of the file."""
    given = tomllib.loads(_FILE.read_text("utf-8"))["faults"]
    return [Fault(**{**one, "tests": tuple(one["tests"])}) for one in given]


@contextmanager
def asked_for(project: Path) -> Iterator[None]:
    """The project has the fault that the environment names, if it names one."""
    name = os.environ.get(VARIABLE)
    if name is None:
        yield
        return
    (fault,) = (one for one in faults() if one.id == name)
    with fault.within(project):
        yield
