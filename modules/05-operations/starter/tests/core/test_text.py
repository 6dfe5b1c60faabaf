"""What is left of a text that somebody sent."""

import random

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
        ("<<b>script>alert(1)<</b>/script>Hi", "Hi"),
        ("Hi<img src=x onerror=alert(1)", "Hi"),
        ("Tom &amp; Jerry", "Tom & Jerry"),
    ],
)
def test_markup_goes(text: str, words: str) -> None:
    assert plain_text(text) == words


def test_whatever_it_is_nothing_of_it_is_markup_afterwards() -> None:
    dice = random.Random(4)  # noqa: S311  the same texts every time
    for _ in range(2000):
        text = "".join(dice.choices(ALPHABET, k=12))
        words = plain_text(text)
        assert plain_text(words) == words
        assert "<script" not in words
        assert "<b" not in words


def test_the_worst_comment_takes_no_time() -> None:
    assert plain_text("&" + "amp;" * 1249 + "lt") == "<"
