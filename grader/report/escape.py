"""The one place where text from a submission is made harmless, for each kind of reader.

Every function first makes the text *visible* (``visible``): what a terminal, a browser or a person's eye
would act on without showing it becomes a readable escape such as ``\\x1b``. Then it escapes what the
format itself would act on.
"""

import re
import unicodedata

_JOINERS = frozenset("\u200c\u200d")  # part of Persian and Indic words and of emoji
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
_BREAK = "\u200b"  # invisible, and enough to keep a renderer from seeing a mention or an address
_MARKDOWN = re.compile(r"([\\`*_\[\]|~$]|^[-+=])")
_FORMULA = frozenset("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")


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


def html(text: str) -> str:
    """For HTML text and quoted attributes."""
    escaped = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace('"', "&#34;").replace("'", "&#39;")


def html_prose(text: str) -> str:
    """``html``, with what stands between two backticks as ``<code>``: for sentences, hints and notices."""
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", html(text))


def web_address(text: str) -> str:
    """``text`` if it is an http(s) address without blanks, else ``""``: for ``href``, still to be escaped."""
    return (
        text
        if re.fullmatch(r"https?://[^\s<>\"'`\\\x00-\x20\x7f-\x9f]+", visible(text)) and text == visible(text)
        else ""
    )


def markdown(text: str) -> str:
    """For a line of Markdown, in a table cell too: no markup, no HTML, no mention, no automatic link."""
    return _markdown_line(one_line(text))


def markdown_prose(text: str) -> str:
    """``markdown``, with what stands between two backticks as code: for sentences, hints and notices."""
    pieces = re.split(r"(`[^`]*[^` ][^`]*`)", one_line(text))
    return "".join(markdown_code(p[1:-1]) if i % 2 else _markdown_line(p) for i, p in enumerate(pieces))


def markdown_code(text: str) -> str:
    """A Markdown code span, also for a table cell; empty for empty text."""
    line = one_line(text).replace("|", "\u2502")  # no escape for a pipe works in every renderer
    if not line:
        return ""
    ticks = "`" * (_longest_run(line) + 1)
    return f"{ticks} {line} {ticks}" if line[0] == "`" or line[-1] == "`" else f"{ticks}{line}{ticks}"


def markdown_block(text: str, language: str = "") -> str:
    """A fenced Markdown code block, its fence longer than any run of backticks within."""
    body = visible(text).rstrip("\n")
    fence = "`" * max(3, _longest_run(body) + 1)
    return f"{fence}{language}\n{body}\n{fence}"


def terminal(text: str) -> str:
    """For a terminal: no escape sequence, nothing that moves the cursor or turns the text."""
    return visible(text).replace("\t", "    ")


def csv(text: str) -> str:
    """For a CSV cell (``csv.writer`` still quotes it): an apostrophe goes before what a spreadsheet would compute."""
    stripped = text.lstrip(" \u00a0\u3000")
    return "'" + visible(text) if text[:1] in ("\t", "\r", "\n") or stripped[:1] in _FORMULA else visible(text)


def workflow(text: str) -> str:
    """For the message of a GitHub workflow command (``::error::message``)."""
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def workflow_property(text: str) -> str:
    """For a property of a GitHub workflow command (``::error file=…``)."""
    return workflow(text).replace(":", "%3A").replace(",", "%2C")


def log_line(text: str) -> str:
    """For a line that a workflow prints as it is: one line, and never a command (``::`` and ``##[`` are broken up)."""
    return re.sub(r"##+\[", "# [", re.sub(r":{2,}", ":", one_line(text)))


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


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _markdown_line(line: str) -> str:
    escaped = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = re.sub(r"^(\d+)([.)])", r"\1\\\2", _MARKDOWN.sub(r"\\\1", escaped))
    escaped = re.sub(r"([@#])", rf"\1{_BREAK}", escaped)
    escaped = re.sub(r"(?i)(https?|ftp|mailto|xmpp):", rf"\1{_BREAK}:", escaped)
    escaped = re.sub(r"(?i)\b(www)(?=\.)", rf"\1{_BREAK}", escaped)
    return re.sub(r"(?i)\b(GH)(?=-\d)", rf"\1{_BREAK}", escaped)
