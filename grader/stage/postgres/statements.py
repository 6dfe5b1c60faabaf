"""Which statements of a project count: all but a short list of texts that say nothing of data, to the letter."""

import re

_NAME = r'"?\w[\w-]*"?'
_LEVEL = r"( ISOLATION LEVEL (SERIALIZABLE|REPEATABLE READ|READ COMMITTED|READ UNCOMMITTED))?"
# Transactions, and what Django sends by itself: the time zone of a new connection, and whether an old one still lives.
_FREE = re.compile(
    rf"BEGIN|BEGIN{_LEVEL}( READ (ONLY|WRITE))?( (NOT )?DEFERRABLE)?|COMMIT|ROLLBACK"
    rf"|(SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT) {_NAME}"
    r"|SELECT set_config\('TimeZone', '[\w/+-]*', (true|false)\)|SELECT 1",
    re.ASCII,
)
# With one of these it takes PostgreSQL's own scanner and settings to say where a text or a comment ends.
_UNSURE = re.compile(r"--|/\*|\\|\$(?!\d)")
_QUOTED = r"""'[^']*+'|"[^"]*+\""""
_BALANCED = re.compile(rf"""(?:{_QUOTED}|[^'"])*+""")
_PIECE = re.compile(rf"""(?:{_QUOTED}|[^;'"])++""")


def counted(sent: str) -> list[str]:
    """The statements in one message to the server that count; more than there are rather than fewer."""
    sure = not _UNSURE.search(sent) and _BALANCED.fullmatch(sent)
    pieces = _PIECE.findall(sent) if sure else sent.split(";")
    stated = [piece.strip() for piece in pieces if piece.strip()]
    return [piece for piece in stated if not _FREE.fullmatch(piece)]
