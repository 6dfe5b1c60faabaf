"""An exception of the learner's project, as far as the trusted side believes what it is told of it."""

from dataclasses import dataclass
from typing import Any

from grader.agent.wire import BadReply


@dataclass(frozen=True, slots=True)
class Frame:
    """A line of the submission on the way to the exception: path from its root, line number, function, its text."""

    path: str
    line: int
    function: str
    text: str


class Raised(Exception):
    """The project raised. ``type`` is the class's name, ``bases`` it and its bases as dotted names.

    ``fields`` has, for a ValidationError, (code, message) pairs by field, ``__all__`` for the whole; ``constraint`` is
    SQLSTATE, constraint and column of a database's refusal. ``frames`` are the learner's own, the innermost last.
    """

    def __init__(
        self,
        type: str,
        bases: tuple[str, ...] = (),
        message: str = "",
        fields: dict[str, tuple[tuple[str, str], ...]] | None = None,
        constraint: tuple[str, ...] = (),
        frames: tuple[Frame, ...] = (),
    ) -> None:
        super().__init__(type)
        self.type, self.bases, self.message = type, bases, message
        self.fields, self.constraint, self.frames = fields or {}, constraint, frames

    def is_a(self, name: str) -> bool:
        """Whether it is of the class named, by its last part or dotted in full, or of one below it."""
        return any(base == name or base.rpartition(".")[2] == name for base in self.bases)

    @property
    def where(self) -> Frame | None:
        """The innermost line of the submission, if any was on the way."""
        return self.frames[-1] if self.frames else None

    def traceback(self) -> str:
        """The learner's own frames and the message, as Python writes them."""
        lines = [f'  File "{f.path}", line {f.line}, in {f.function}\n    {f.text}' for f in self.frames]
        return "\n".join([*lines, f"{self.type}: {self.message}"])


def read_raised(picture: Any) -> Raised:
    """The exception that a reply pictures; ``BadReply`` if it pictures none."""
    try:
        return Raised(
            type=_word(picture["type"]),
            bases=tuple(str(base) for base in picture.get("bases", ())),
            message=str(picture.get("message", "")),
            fields={str(k): tuple((str(c), str(m)) for c, m in v) for k, v in picture.get("fields", ())},
            constraint=tuple(str(part) for part in picture.get("constraint", ())),
            frames=tuple(Frame(str(p), int(n), str(f), str(t)) for p, n, f, t in picture.get("frames", ())),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadReply("not an exception") from error


def _word(name: Any) -> str:
    return name if isinstance(name, str) and name.isidentifier() and len(name) <= 80 else "An exception"
