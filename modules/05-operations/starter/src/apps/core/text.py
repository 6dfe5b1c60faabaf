"""Text that people send: words, never markup."""

import html

import nh3


def plain_text(text: str) -> str:
    """The words of a text, without tags; scripts and styles go with what is in them.

    Characters stay what they are ("1 < 2 & 3"): whoever shows the text escapes it for the place
    where it is shown. Encoded markup is markup, too, however often it was encoded, and so are the
    pieces of a tag that another one was hidden in; hence until nothing changes any more.

    Each round costs as much as the text is long: ask about its length first.
    """
    while (words := _without_tags(text)) != text:
        text = words
    return words


def _without_tags(text: str) -> str:
    return html.unescape(nh3.clean(text, tags=set()))
