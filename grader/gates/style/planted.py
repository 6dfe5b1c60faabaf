"""A copy of modules for mypy: comments that keep it from looking lose their effect, and some lines are planted.

mypy runs with the submission's own settings inside, so what it reports may be made up. It has to report what was
planted, at places that nobody knows before.
"""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_MOST_PLANTED = 8
# What turns mypy off for a whole file; a comment in a line of code is its author's choice, and is counted. Only that
# the functions of a test go without annotations, as pytest's users write them, a test may say.
_FILE_WIDE = re.compile(r"#(?=\s*mypy\s*:)|^\s*#(?=\s*type:\s*ignore)")
_OF_TESTS = re.compile(r"# mypy: disable-error-code=\"?no-untyped-def\"?")
_STATEMENT = re.compile(r"(?:def|class|async def|@)\b|@\w")


@dataclass(frozen=True, slots=True)
class Planted:
    """The text of a module with a function of ours in it: ``length`` lines from ``line`` on, counted from one."""

    text: str
    line: int
    length: int

    def original(self, line: int) -> int | None:
        """The line of the module as it was handed in; ``None`` for one of ours."""
        if line < self.line:
            return line
        return line - self.length if line >= self.line + self.length else None


def without_switches(text: str, *, is_test: bool = False) -> str:
    """The text, in which no comment speaks to mypy for more than a line; no line moves."""
    return "\n".join(
        line if is_test and _OF_TESTS.fullmatch(line) else _FILE_WIDE.sub("# -", line) for line in text.split("\n")
    )


def plant(modules: Mapping[str, str], rng: random.Random) -> dict[str, Planted]:
    """Some of these modules, each with a wrong function between two statements drawn at random, or at its end."""
    names = sorted(name for name, text in modules.items() if _places(text.split("\n"))) or sorted(modules)
    chosen = rng.sample(names, min(_MOST_PLANTED, len(names)))
    return {name: _planted(modules[name], rng) for name in sorted(chosen)}


def _planted(text: str, rng: random.Random) -> Planted:
    lines = text.split("\n")
    at = rng.choice(_places(lines) or [len(lines)])
    name = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=9))
    wrong = rng.choice(_WRONG)
    added = [line.format(name=name, word=name[::-1], number=rng.randrange(10, 10_000)) for line in wrong]
    return Planted("\n".join([*lines[:at], *added, *lines[at:]]), at + 1, len(added))


def _places(lines: Sequence[str]) -> list[int]:
    """Indexes of lines that begin a statement of the module's own, after two empty ones, as black leaves them."""
    return [
        index
        for index in range(2, len(lines))
        if not lines[index - 1].strip() and not lines[index - 2].strip() and _STATEMENT.match(lines[index])
    ]


_WRONG = (
    ("def {name}() -> int:", '    return "{word}"', "", ""),
    ("def {name}(value: str) -> str:", "    return value.{word}()", "", ""),
    ("def {name}() -> str:", "    return len([{number}])", "", ""),
    ("def {name}(value: int) -> list[str]:", "    return [value + {number}]", "", ""),
)
