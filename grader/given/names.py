"""Names of people and of what they handed in, compared as people compare them."""

import unicodedata


def key(name: str) -> str:
    """By this, names that people take for the same are found to be."""
    return unicodedata.normalize("NFC", name).casefold().strip()
