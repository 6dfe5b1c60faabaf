"""What a console that takes only ASCII gets in place of our icons, lines and quotes."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

# One character for each, so that nothing moves; the words beside an icon say what it means.
_TABLE = str.maketrans(
    {
        "✓": "+",
        "✗": "x",
        "◌": "o",
        "✎": "~",
        "×": "x",
        "→": ">",
        "≥": ">",
        "≤": "<",
        "\u00a0": " ",
        **dict.fromkeys("–—─", "-"),
        **dict.fromkeys("·…", "."),
        **dict.fromkeys("“”", '"'),
        **dict.fromkeys("‘’", "'"),
    }
)

_BOUNDS = {"≥": ">=", "≤": "<="}


def ascii_text(text: str) -> str:
    """The text in ASCII, of the same width; what has no likeness is a question mark."""
    for sign, instead in _BOUNDS.items():
        text = text.replace(f"{sign} ", instead)  # at most 3 is not less than 3
    return text.translate(_TABLE).encode("ascii", "replace").decode()


def likeness(character: str) -> str:
    """What stands for one of our icons, lines or quotes; "" for any other character."""
    return _BOUNDS.get(character) or str(_TABLE.get(ord(character), ""))


@dataclass(frozen=True, slots=True)
class Plain:
    """Renders ``inner`` as it is, or in ASCII where the console has no more."""

    inner: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        """See rich."""
        for segment in console.render(self.inner, options):
            if options.ascii_only and not segment.control:
                yield Segment(ascii_text(segment.text), segment.style)
            else:
                yield segment
