"""Whether what the tests report of themselves is so: sampled lines are sabotaged, others are edited to no effect."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from grader.gates.coverage.probes import Place, probed
from grader.gates.suite.runner import NoSuite, Order, SuiteRunner
from grader.gates.suite.sources import Sources


@dataclass(frozen=True, slots=True)
class Truth:
    """Of the samples: which sabotage nothing noticed, and which edits without an effect turned tests red."""

    sampled: int
    unnoticed: tuple[Place, ...]
    touchy: tuple[Place, ...]

    @property
    def percent(self) -> float:
        """How many of the samples were as claimed."""
        return 100 * (1 - (len(self.unnoticed) + len(self.touchy)) / self.sampled)


def checked(
    runner: SuiteRunner, sources: Sources, sabotaged: list[Place], left_alone: list[Place], draw: random.Random
) -> Truth:
    """What came of it, where these lines are sabotaged and those are edited to no effect."""
    quiet = [
        place for place in sabotaged if _green(runner, sources, _edits(sources, [place], draw, ends=True), place.tests)
    ]
    unnoticed = tuple(_never_run(runner, sources, quiet, draw))
    return Truth(len(sabotaged) + len(left_alone), unnoticed, _touchy(runner, sources, left_alone, draw))


def _never_run(runner: SuiteRunner, sources: Sources, quiet: list[Place], draw: random.Random) -> list[Place]:
    """Those that the whole suite does not run either: what one test is said to run may be left to another one."""
    if not quiet or _green(runner, sources, _edits(sources, quiet, draw, ends=True), ()):
        return quiet
    if len(quiet) == 1:
        return []
    half = len(quiet) // 2
    return [each for part in (quiet[:half], quiet[half:]) for each in _never_run(runner, sources, part, draw)]


def _touchy(runner: SuiteRunner, sources: Sources, drawn: list[Place], draw: random.Random) -> tuple[Place, ...]:
    """Those that turn tests red: all at once first, which is enough where none does."""
    tests = tuple(dict.fromkeys(test for place in drawn for test in place.tests))
    if not drawn or _green(runner, sources, _edits(sources, drawn, draw, ends=False), tests):
        return ()
    return tuple(
        place
        for place in drawn
        if not any(  # a test that is red by itself now and then is no sign
            _green(runner, sources, _edits(sources, [place], draw, ends=False), place.tests) for _ in range(2)
        )
    )


def _edits(sources: Sources, drawn: list[Place], draw: random.Random, *, ends: bool) -> dict[str, str]:
    """The texts of the modules with a probe at each of these places."""
    edited: dict[str, str] = {}
    for place in sorted(drawn, key=lambda place: (place.path, -place.line)):
        edited[place.path] = probed(edited.get(place.path) or sources.text(place.path), place.line, draw, ends=ends)
    return edited


def _green(runner: SuiteRunner, sources: Sources, files: Mapping[str, str], tests: tuple[str, ...]) -> bool:
    """Whether all goes well. It is recorded like the first run, so that nothing tells the tests which one they are."""
    try:
        return runner.run(Order(measured=sources.measured, only=tests, files=files, stop=True)).green
    except NoSuite:
        return False
