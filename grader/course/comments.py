"""How a comment is written in each kind of file that the application has."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment sign: how a one-line comment opens and, where it must, closes."""

    opening: str
    closing: str = ""

    def write(self, text: str) -> str:
        """``text`` as a comment of its own."""
        return f"{self.opening} {text} {self.closing}".rstrip()

    def uncomment(self, line: str) -> str | None:
        """The line without its comment sign and the one space after it; ``None`` if it is not a comment.

        Indentation stays. A blank line is returned as it is, and the line's end is kept.
        """
        body = line.rstrip("\r\n")
        if not body.strip():
            return line
        closing = rf"(?: ?{re.escape(self.closing)})" if self.closing else ""
        match = re.fullmatch(rf"([ \t]*){re.escape(self.opening)} ?(.*?){closing}[ \t]*", body)
        if match is None:
            return None
        return (match[1] + match[2]).rstrip() + line[len(body) :]


HASH = Comment("#")
ANGLE = Comment("<!--", "-->")
SLASHES = Comment("//")
DASHES = Comment("--")
STARS = Comment("/*", "*/")

_BY_SUFFIX = {
    **dict.fromkeys(
        (".py", ".pyi", ".toml", ".yaml", ".yml", ".sh", ".env", ".example", ".ini", ".cfg", ".conf", ".txt", ".tf"),
        HASH,
    ),
    **dict.fromkeys((".md", ".html", ".htm", ".xml", ".svg"), ANGLE),
    **dict.fromkeys((".js", ".mjs", ".ts"), SLASHES),
    ".sql": DASHES,
    ".css": STARS,
}


def comment_of(path: str) -> Comment | None:
    """The comment sign of a file by its name, or ``None`` for a kind that carries no comments (JSON, locks, images).

    A name without a suffix (``Dockerfile``, ``.gitignore``, ``Makefile``) takes ``#``.
    """
    name = PurePosixPath(path).name
    if name.startswith("Dockerfile"):
        return HASH
    suffix = PurePosixPath(name).suffix.lower()
    return HASH if not suffix else _BY_SUFFIX.get(suffix)
