"""An exception of the learner's project, as far as the trusted side believes the agent's report of it."""

from dataclasses import dataclass
from typing import Any

from grader.agent.scan import BadReply

_NAME = 200  # characters of a name
_FIELDS = 50


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
    ``causes`` are the exceptions behind it, the nearest first.
    """

    def __init__(
        self,
        type: str,
        bases: tuple[str, ...] = (),
        message: str = "",
        fields: dict[str, tuple[tuple[str, str], ...]] | None = None,
        constraint: tuple[str, ...] = (),
        frames: tuple[Frame, ...] = (),
        causes: "tuple[Raised, ...]" = (),
    ) -> None:
        super().__init__(type)
        self.type, self.bases, self.message = type, bases, message
        self.fields, self.constraint, self.frames = fields or {}, constraint, frames
        self.causes = causes

    @property
    def chain(self) -> "tuple[Raised, ...]":
        """The exception and what is behind it; what repeats the message before it says nothing more."""
        chain = [self]
        chain += [cause for cause in self.causes if cause.message != self.message]
        return tuple(chain)

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


def read_raised(picture: Any, *, behind: bool = True) -> Raised:
    """The exception that a reply pictures, cut to what an exception needs; ``BadReply`` if it pictures none.

    ``behind`` says whether its causes are read as well; those have none. Nothing of it is believed yet: which of its
    words may be shown is for the caller to say.
    """
    try:
        return Raised(
            type=_word(picture["type"]),
            bases=tuple(_text(base, _NAME) for base in _some(picture.get("bases", ()), 20)),
            message=_text(picture.get("message", ""), 2_000),
            fields={_text(k, _NAME): _messages(v) for k, v in _some(picture.get("fields", ()), _FIELDS)},
            constraint=tuple(_text(part, 300) for part in _some(picture.get("constraint", ()), 3)),
            frames=tuple(map(_frame, _some(picture.get("frames", ()), 20))),
            causes=tuple(read_raised(c, behind=False) for c in _some(picture.get("causes", ()), 5)) if behind else (),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadReply("not an exception") from error


def _messages(messages: Any) -> tuple[tuple[str, str], ...]:
    return tuple((_text(code, _NAME), _text(message, 300)) for code, message in _some(messages, _FIELDS))


def _frame(frame: Any) -> Frame:
    path, line, function, text = frame
    if type(line) is not int:
        raise TypeError("not a line number")
    # A path that had to be cut names no file.
    return Frame(_text(path, 1_000), line, _text(function, 100), _text(text, 200))


def _some(items: Any, most: int) -> Any:
    if type(items) not in (list, tuple):
        raise TypeError("not a list")
    return items[:most]


def _text(value: Any, most: int) -> str:
    if type(value) is not str:
        raise TypeError("not a text")
    return value[:most]


def _word(name: Any) -> str:
    return name if isinstance(name, str) and name.isidentifier() and len(name) <= 80 else "An exception"
