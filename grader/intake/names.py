"""Which names a submission may have, and which files are left out of it."""

import unicodedata

# What a tool makes, not a learner: history, environments, caches, and metadata that would register plugins.
_MADE_BY_TOOLS = frozenset(
    [
        ".git",
        ".hg",
        ".svn",
        ".venv",
        "venv",
        "site-packages",
        "node_modules",
        "bower_components",
        "__pycache__",
        ".cache",
        ".eggs",
        ".hypothesis",
        ".import_linter_cache",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".tox",
        ".nox",
        ".idea",
        ".vscode",
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
        ".coverage",
        "htmlcov",
        ".poetry",
        "__MACOSX",
    ]
)
_MADE_SUFFIXES = (
    ".pyc",
    ".pyo",
    ".dist-info",
    ".egg-info",
    ".pth",
    ".sqlite3",
    ".sqlite3-journal",
    ".sqlite3-wal",
    ".sqlite3-shm",
)

_LONGEST_BYTES = 255  # what file systems take
_TURNING = frozenset(["LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"])
_MARKS = frozenset("\u200e\u200f\u061c\ufeff")  # of direction, and the byte order mark
_JOINERS = frozenset("\u200c\u200d")
_MADE_PREFIX = "._"  # what a Mac keeps beside a file whose disk or archive has no place for it


def is_made_by_tools(name: str) -> bool:
    """Whether a file or folder of this name is left out without a word: tools make it anew."""
    return name in _MADE_BY_TOOLS or name.endswith(_MADE_SUFFIXES) or name.startswith(_MADE_PREFIX)


def is_secret(name: str) -> bool:
    """Whether a file of this name holds a learner's own secrets: left out, with a notice."""
    return name == ".env" or (name.startswith(".env.") and name not in (".env.example", ".env.sample", ".env.template"))


def complaint(name: str) -> str:
    """What is wrong with this one part of a path, in words; "" if nothing is."""
    if name in ("", ".", "..", "/", "//"):
        return "its path leads out of the project"
    if any(0xD800 <= ord(c) <= 0xDFFF for c in name):
        return "its name is not UTF-8"
    if any(_is_control(c) for c in name) or "\\" in name:
        return "its name has control characters or a backslash"
    if len(name.encode()) > _LONGEST_BYTES:
        return f"its name is longer than {_LONGEST_BYTES} bytes"
    return ""


def _is_control(character: str) -> bool:
    """Whether it moves the cursor or turns the text around; joiners, which scripts and emoji need, do not."""
    turns = unicodedata.bidirectional(character) in _TURNING or character in _MARKS
    return turns or unicodedata.category(character) in ("Cc", "Zl", "Zp")


def shown(path: str) -> str:
    """A path that may be printed anywhere: at most 80 characters, and nothing in it that a terminal obeys.

    Of a longer one the end is shown, which names the file.
    """
    plain = "".join(
        c if (c.isprintable() or c in _JOINERS) and not 0xD800 <= ord(c) <= 0xDFFF else "\N{REPLACEMENT CHARACTER}"
        for c in path
    )
    return plain if len(plain) <= 80 else "…" + plain[-77:]
