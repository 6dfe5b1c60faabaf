"""What is left of a text that somebody sent."""

import random
from time import process_time

import pytest

from core.text import plain_text

ALPHABET = ["<", ">", "&", "&lt;", "&amp;", "&#60;", "script", "/", "b", '"', " ", "x"]


@pytest.mark.parametrize(
    "text",
    [
        "Well said.",
        "1 < 2 & 3 > 2",
        "Tom & Jerry",
        "a\n\n  b\tc",
        '"It\'s" fine',
        "日本語 🚂 é",
        "i <3 django",
        "{{ 7*7 }} ${7*7} %0d%0a",
        "https://example.org/?page=2&section=3&copy=2&lt=5&gte=1",
        "Tom &amp; Jerry &copy; 2026 &nbsp; &#38; &nothing; &#xD800; &#1114112;",
        "a\r\nb\rc\n",
        "I </3 you <- and <= that",
        "no\xa0break \ufeff \u200b \ue000",
        "",
    ],
)
def test_words_stay_as_they_are(text: str) -> None:
    assert plain_text(text) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<b>Well</b> said", "Well said"),
        ("Hi<script>alert(1)</script>", "Hi"),
        ("Hi<style>*{display:none}</style>", "Hi"),
        ('<img src=x onerror="alert(1)">Hi', "Hi"),
        ('<a href="javascript:alert(1)">Hi</a>', "Hi"),
        ("<svg/onload=alert(1)>Hi", "Hi"),
        ("Hi<!-- <script> -->", "Hi"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Hi", "Hi"),
        ("&amp;lt;b&amp;gt;Hi", "Hi"),
        ("&#x3c;img src=x onerror=alert(1)&#x3e;Hi", "Hi"),
        (f"&#{'0' * 20}60;b&#X{'0' * 20}3E;Hi", "Hi"),
        ("<<b>script>alert(1)<</b>/script>Hi", "Hi"),
        ("Hi<img src=x onerror=alert(1)", "Hi"),
        ("&lt;b&gt;Tom &amp;amp; Jerry", "Tom &amp; Jerry"),
    ],
)
def test_markup_goes(text: str, words: str) -> None:
    assert plain_text(text) == words


@pytest.mark.parametrize(
    "words",
    ["?page=2&section=3", "Tom &amp; Jerry", "a\r\nb", "I </3 you", "\xa0", "\ue000"],
)
def test_what_stands_beside_markup_stays_as_it_is(words: str) -> None:
    assert plain_text(f"<p>{words}</p><script>x</script>{words}") == words * 2
    assert plain_text(f"{words}<xmp>{words}</xmp>") == words * 2


def test_whatever_it_is_nothing_of_it_is_markup_afterwards() -> None:
    dice = random.Random(4)  # noqa: S311  the same texts every time
    for _ in range(2000):
        text = "".join(dice.choices(ALPHABET, k=12))
        words = plain_text(text)
        assert plain_text(words) == words
        assert "<script" not in words
        assert "<b" not in words


@pytest.mark.parametrize(
    "text",
    [
        "&" + "amp;" * 1248 + "lt;b",
        "<" * 1666 + "b>" * 1666,
        "<" * 2000 + "script>" * 400,
        "<b" * 2500,
        "&#" + "0" * 4990 + "60;b",
        "&#" + "0" * 4996,
    ],
)
def test_the_worst_comment_is_cleaned_in_a_moment(text: str) -> None:
    begin = process_time()
    words = plain_text(text)
    assert process_time() - begin < 0.2
    assert "<b" not in words
    assert "<s" not in words
