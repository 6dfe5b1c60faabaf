"""The one place where text from a submission is made harmless, for each kind of reader.

Every function first makes the text *visible* (``visible``): what a terminal, a browser or a person's eye
would act on without showing it becomes a readable escape such as ``\\x1b``. Then it escapes what the
format itself would act on. Any report may be printed into the log of a workflow, whose runner carries out
lines that are commands: no line of a learner's is one in any format (``_inert``).
"""

import re

from grader.domain.text import clip, one_line, visible

__all__ = [
    "clip",
    "csv",
    "html",
    "html_prose",
    "json",
    "log_line",
    "markdown",
    "markdown_block",
    "markdown_code",
    "markdown_prose",
    "one_line",
    "terminal",
    "visible",
    "web_address",
    "workflow",
    "workflow_property",
    "xml",
]
_BREAK = "\u200b"  # invisible, and enough to keep a renderer from seeing a mention or an address
_COMMAND = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)
_MARKDOWN = re.compile(r"([\\`*_\[\]|~$]|^[-+=])")
_FORMULA = frozenset("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")
_NEXT_CELL = re.compile(r"(;[\s\"]*)(?=[=+\-@|%\uff1d\uff0b\uff0d\uff20])")


def html(text: str) -> str:
    """For HTML text and quoted attributes."""
    escaped = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _inert(escaped.replace('"', "&#34;").replace("'", "&#39;"), "&#58;", "&#91;")


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
    return _inert(_markdown_line(one_line(text)), f":{_BREAK}", f"{_BREAK}[")


def markdown_prose(text: str) -> str:
    """``markdown``, with what stands between two backticks as code: for sentences, hints and notices."""
    pieces = re.split(r"(`(?=[^`]*[^` ])[^`]++`)", one_line(text))
    line = "".join(markdown_code(p[1:-1]) if i % 2 else _markdown_line(p) for i, p in enumerate(pieces))
    return _inert(line, f":{_BREAK}", f"{_BREAK}[")


def markdown_code(text: str) -> str:
    """A Markdown code span, also for a table cell; empty for empty text."""
    line = _inert(one_line(text), f":{_BREAK}", f"{_BREAK}[").replace(
        "|", "\u2502"
    )  # no escape for a pipe works in every renderer
    if not line:
        return ""
    ticks = "`" * (_longest_run(line) + 1)
    return f"{ticks} {line} {ticks}" if line[0] == "`" or line[-1] == "`" else f"{ticks}{line}{ticks}"


def markdown_block(text: str, language: str = "") -> str:
    """A fenced Markdown code block, its fence longer than any run of backticks within."""
    body = _inert(visible(text).rstrip("\n"), f":{_BREAK}", f"{_BREAK}[")
    fence = "`" * max(3, _longest_run(body) + 1)
    return f"{fence}{language}\n{body}\n{fence}"


def terminal(text: str) -> str:
    """For a terminal: no escape sequence, nothing that moves the cursor or turns the text.

    Every ``::`` is broken up, since a long line may be wrapped before any of them.
    """
    return re.sub(":(?=:)", ": ", _inert(visible(text).replace("\t", "    "), ": ", " ["))


def xml(text: str) -> str:
    """For an attribute or a line of XML, which still has to be quoted: one line, never a command."""
    return _inert(one_line(text), ": ", " [")


def json(encoded: bytes) -> bytes:
    """Encoded JSON, the same value: what a runner would look for inside of a line is written by its number."""
    return encoded.replace(b"##[", b"#\\u0023[")


def csv(text: str) -> str:
    """For a CSV cell, which still has to be quoted: an apostrophe goes before what a spreadsheet would compute.

    Some take a semicolon for the end of a cell, quoted or not: what follows one is the beginning of the next.
    """
    stripped = text.lstrip(" \u00a0\u3000")
    quoted = "'" + visible(text) if text[:1] in ("\t", "\r", "\n") or stripped[:1] in _FORMULA else visible(text)
    return _inert(_NEXT_CELL.sub(r"\1'", quoted), ": ", " [")


def workflow(text: str) -> str:
    """For the message of a GitHub workflow command (``::error::message``)."""
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def workflow_property(text: str) -> str:
    """For a property of a GitHub workflow command (``::error file=…``)."""
    return workflow(text).replace(":", "%3A").replace(",", "%2C")


def log_line(text: str) -> str:
    """For a line that a workflow prints as it is: one line, and never a command (``::`` and ``##[`` are broken up)."""
    return re.sub(r":{2,}", ":", one_line(text)).replace("##[", "# [")


def _inert(text: str, colon: str, bracket: str) -> str:
    """Lines that a workflow's runner takes for no commands.

    It looks for ``::`` at the start of a line, whatever blanks stand before it, and for ``##[`` anywhere.
    """
    return _COMMAND.sub(rf"\1{colon}", text).replace("##[", f"##{bracket}")


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _markdown_line(line: str) -> str:
    escaped = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = re.sub(r"^(\d+)([.)])", r"\1\\\2", _MARKDOWN.sub(r"\\\1", escaped))
    escaped = re.sub(r"([@#])", rf"\1{_BREAK}", escaped)
    escaped = re.sub(r"(?i)(https?|ftp|mailto|xmpp):", rf"\1{_BREAK}:", escaped)
    escaped = re.sub(r"(?i)\b(www)(?=\.)", rf"\1{_BREAK}", escaped)
    return re.sub(r"(?i)\b(GH)(?=-\d)", rf"\1{_BREAK}", escaped)
