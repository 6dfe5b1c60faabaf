"""Text that came from a submission, made readable: nothing in it acts unseen, and no more of it than there is room for.

What a format acts on besides is escaped by the report of that format.
"""

import unicodedata

_JOINERS = frozenset("\u200c\u200d")  # part of Persian and Indic words and of emoji
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))


def visible(text: str) -> str:
    """``text`` with control, bidirectional, invisible and non-characters spelled out; tab and newline stay.

    All newlines become ``\\n``. What is left is well-formed in UTF-8 and in XML 1.0.
    """
    text = text.replace("\r\n", "\n")
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(c if _is_plain(c) else _spelled(c) for c in text)


def one_line(text: str) -> str:
    """``visible(text)`` on one line, with runs of white space as one blank."""
    return " ".join(visible(text).split())


def clip(text: str, limit: int) -> str:
    """At most ``limit`` characters of ``text``, and a word on how many more there were."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit:,} more characters)"


def spelled(text: str) -> str:
    """``visible(text)`` on one line, where a newline and a tab are to be seen: ``\\n``, ``\\t``."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def _is_plain(character: str) -> bool:
    if character in "\n\t" or character in _JOINERS:
        return True
    return (
        unicodedata.category(character) not in _HIDDEN
        and ord(character) & 0xFFFE != 0xFFFE
        and not (0xFDD0 <= ord(character) <= 0xFDEF)
    )


def _spelled(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
