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
        "node_modules",
        "__pycache__",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".tox",
        ".nox",
        ".idea",
        ".vscode",
        ".DS_Store",
        ".coverage",
        ".poetry",
        "__MACOSX",
    ]
)
_MADE_SUFFIXES = (".pyc", ".pyo", ".dist-info", ".egg-info", ".pth", ".sqlite3", ".sqlite3-journal")

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
    if any(unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") for c in name) or "\\" in name:
        return "its name has control characters or a backslash"
    if len(name.encode()) > 200:
        return "its name is longer than 200 bytes"
    return ""


def shown(path: str) -> str:
    """A path that may be printed anywhere: at most 80 characters, and nothing in it that a terminal obeys."""
    plain = "".join(
        c if c.isprintable() and not 0xD800 <= ord(c) <= 0xDFFF else "\N{REPLACEMENT CHARACTER}" for c in path
    )
    return plain if len(plain) <= 80 else plain[:77] + "…"
