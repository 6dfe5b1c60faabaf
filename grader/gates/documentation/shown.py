"""What the parts of this gate share when they show something."""

import re

from grader.domain.evidence import Location

SOURCE = "the documentation gate"
_SAFE = re.compile(r"[\w./ -]{1,300}")


def located(path: str, line: int | None = None) -> Location | None:
    """A place of the submission; ``None`` for a path that is not fit to be shown."""
    return Location(path, line) if _SAFE.fullmatch(path) else None
