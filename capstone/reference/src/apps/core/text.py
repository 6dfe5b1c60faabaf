# FILE SOLUTION 04
"""Plain text from what people send: markup goes, everything else stays character for character."""

import re
from html.entities import html5

import nh3

# Where markup begins: an element's start or end, a comment, a declaration. "<3" and "a < b" do not.
MARKUP = re.compile(r"<(?:[A-Za-z!?]|/[A-Za-z])")
# A character reference ends with a semicolon: "?page=2&section=3&copy=1" holds none. Its number may
# begin with any number of zeros.
REFERENCE = re.compile(r"&(?:#0*(\d{1,7})|#[xX]0*([0-9A-Fa-f]{1,6})|(\w+));", re.ASCII)
# What the sanitiser would change although it is no markup: it decodes references, makes one line
# feed of "\r\n", and takes "</3" for a comment.
CHANGED_BY_SANITISER = re.compile(r"[&\r]|<(?![A-Za-z!?]|/[A-Za-z])")

MAX_ROUNDS = 20


def plain_text(text: str) -> str:
    """The text without markup; without any markup it is the same text.

    Tags go, scripts and styles with what is in them. So does markup in character references,
    however often it was encoded: then the whole text is decoded that often. Whoever shows the text
    escapes it for the place where it is shown.

    What tags leave may be a tag again ("<<b>b>"), hence more than one round. Each costs as much as
    the text is long, so ask about its length first; and a text in which tags are hidden deeper than
    MAX_ROUNDS is an attack, of which no "<" stays.
    """
    for _ in range(MAX_ROUNDS):
        found = _decoded_until_markup(text)
        if found is None:
            return text
        text = _without_tags(found)
    return plain_text(text.replace("<", ""))


def _decoded_until_markup(text: str) -> str | None:
    """The text, decoded as often as it takes to see markup in it; None if there is none."""
    while not MARKUP.search(text):
        decoded = REFERENCE.sub(_character, text)
        if decoded == text:
            return None
        text = decoded
    return text


def _character(reference: re.Match[str]) -> str:
    """The character or characters that a reference stands for; itself where it stands for none."""
    decimal, hexadecimal, name = reference.groups()
    if name:
        return html5.get(f"{name};", reference[0])
    number = int(decimal) if decimal else int(hexadecimal, 16)
    is_text = 0 < number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF
    return chr(number) if is_text else reference[0]


# In this order: "&amp;" stands for all that is left of "&".
ESCAPED_BY_SANITISER = {"&lt;": "<", "&gt;": ">", "&nbsp;": "\xa0", "&amp;": "&"}


def _without_tags(text: str) -> str:
    """One pass of the sanitiser, which sees a placeholder for each character it would change."""
    placeholders = _unused_characters(text, "&\r<")
    back = {ord(mark): character for character, mark in placeholders.items()}
    hidden = CHANGED_BY_SANITISER.sub(lambda found: placeholders[found[0]], text)
    cleaned = nh3.clean(hidden, tags=set(), link_rel=None)
    for escaped, character in ESCAPED_BY_SANITISER.items():
        cleaned = cleaned.replace(escaped, character)
    return cleaned.translate(back)


def _unused_characters(text: str, characters: str) -> dict[str, str]:
    """For each character one of the private use area that does not occur in the text."""
    free = (chr(code) for code in range(0xE000, 0xF900) if chr(code) not in text)
    return dict(zip(characters, free, strict=False))
