"""A project that does not start, as it is looked at to find words for it, and those words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.agent.raised import Raised
from grader.checkpoint.diagnosis.tree import Tree
from grader.domain.evidence import Location
from grader.domain.layout import Layout


@dataclass(frozen=True, slots=True)
class Situation:
    """What was raised while the project started, the learner's innermost line, and what the trusted side has of it.

    ``left_out`` are the paths that were handed in and not taken, with why as the end of a sentence.
    """

    raised: Raised
    place: Location | None
    tree: Tree
    layout: Layout
    own_packages: bool = True
    left_out: Mapping[str, str] = field(default_factory=dict)

    def matched(self, pattern: re.Pattern[str], *names: str) -> tuple[str, ...]:
        """What the first message of the chain that matches has in its groups; of exceptions so named, if any are."""
        for each in self.raised.chain:
            found = pattern.search(each.message) if not names or any(map(each.is_a, names)) else None
            if found:
                return tuple(group for group in found.groups() if group) or (found[0],)
        return ()

    def any_is(self, *names: str) -> Raised | None:
        """The deepest exception of the chain that is of a class so named."""
        return next((r for r in reversed(self.raised.chain) if any(map(r.is_a, names))), None)


@dataclass(frozen=True, slots=True)
class Remedy:
    """What happened in words (``""``: as the exception says it), what to do, and where, if that is another place."""

    observed: str
    advice: str
    where: Location | None = None
