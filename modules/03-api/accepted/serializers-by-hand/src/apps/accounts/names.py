"""The one form in which names and addresses are stored and looked for."""

import unicodedata


def stored_username(text: str) -> str:
    """In the Unicode form NFKC: `ﬁona` is `fiona`."""
    return unicodedata.normalize("NFKC", text)


def stored_email(text: str) -> str:
    """With the domain in lower case; the part before the last `@` is its owner's."""
    name, at, domain = (text or "").rpartition("@")
    return f"{name}{at}{domain.lower()}" if at else text
