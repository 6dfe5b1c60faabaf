"""No text of a submission is acted on: by a browser, a terminal, a spreadsheet, a workflow or an eye."""

import html
import re
import time
import unicodedata
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from grader.report import escape
from tests.report.parts import HOSTILE

SPICE = "\x1b[31m \u202e \u2066 \x00 \x9b \ufeff \ud800 \ufffe \u2028"
SPICE += " ` ``` | <b> & ' \" [x](y) ![i](j) *a* _b_ ~~c~~ \\ # - + 1. > "
TEXTS = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=())),
    st.text(alphabet=SPICE + "abc:/@.w%=\r\n\t$^!{}()"),
)
UNHURRIED = settings(deadline=None)  # other tests may run beside this one
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def hidden(text: str) -> list[str]:
    return [
        c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c not in "\n\t\u200c\u200d"
    ]


@UNHURRIED
@given(TEXTS)
@example(HOSTILE)
def test_visible_leaves_nothing_that_acts_unseen(text: str) -> None:
    shown = escape.visible(text)
    assert hidden(shown) == []
    shown.encode("utf-8")
    assert (ElementTree.fromstring(f"<a>{html.escape(shown)}</a>").text or "") == shown
    assert escape.visible(shown) == shown


@pytest.mark.parametrize(
    "text", ["plain text", "Grüße, 日本語 🎉 👩‍🚀", "two\nlines\tand a tab", "a \\x1b that is already spelled out"]
)
def test_visible_leaves_ordinary_text_alone(text: str) -> None:
    assert escape.visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[0m", "\\x1b[0m"),
        ("\u202e", "\\u202e"),
        ("\U000e0041", "\\U000e0041"),
        ("a\r\nb", "a\nb"),
        ("a\rb", "a\\x0db"),
    ],
)
def test_visible_spells_out_the_rest(text: str, shown: str) -> None:
    assert escape.visible(text) == shown


@UNHURRIED
@given(TEXTS)
@example(HOSTILE)
def test_html_is_data_and_nothing_else(text: str) -> None:
    found: list[str] = []

    class Parser(HTMLParser):
        def handle_data(self, data: str) -> None:
            found.append(data)

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert (tag, attrs) == ("p", [("title", escape.visible(text))])

    parser = Parser()
    parser.feed(f'<p title="{escape.html(text)}">{escape.html(text)}</p>')
    parser.close()
    assert "".join(found) == escape.visible(text)


@UNHURRIED
@given(TEXTS)
@example(HOSTILE)
@example("12. not a list")
@example("3) not a list")
@example("--- not a line")
@example("+ no item")
@example("=")
@example("#1 GH-1 www.evil.example a@b.example https://evil.example ```x``` |x|")
@pytest.mark.parametrize("before", ["", "- ", "> ", "# "])
def test_markdown_is_text_and_nothing_else(before: str, text: str) -> None:
    escaped = escape.markdown(text)
    tokens = MARKDOWN.parse(f"{before}{escaped}")
    inline = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inline} <= {"text"}
    blocks = {t.type for t in MARKDOWN.parse(f"{before}x")} if escaped else {t.type for t in tokens}
    assert {t.type for t in tokens} == blocks
    assert "".join(child.content for child in inline).replace("\u200b", "") == escape.one_line(text)
    for dangerous in ("https:", "@a", "#1", "www.", "GH-1", "<"):
        assert dangerous not in escaped


@UNHURRIED
@given(TEXTS)
@example("run `poetry lock` now, ` ` and ```")
def test_prose_adds_code_and_nothing_else(text: str) -> None:
    tokens = MARKDOWN.parse(f"- {escape.markdown_prose(text)}")
    inline = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inline} <= {"text", "code_inline"}
    bare = re.sub(r"</?code>", "`", escape.html_prose(text))
    assert bare == escape.html(text)


def test_prose_by_example() -> None:
    assert escape.html_prose("run `a<b` & go") == "run <code>a&lt;b</code> &amp; go"
    assert escape.markdown_prose("run `a_b` _now_") == "run `a_b` \\_now\\_"


@UNHURRIED
@given(TEXTS)
def test_markdown_in_a_table_stays_in_its_cell(text: str) -> None:
    for cell in (escape.markdown(text), escape.markdown_code(text)):
        tokens = MARKDOWN.parse(f"| a | b |\n|---|---|\n| {cell} | end |\n")
        assert [t.type for t in tokens].count("td_open") == 2
        assert [t.type for t in tokens].count("tr_open") == 2


@UNHURRIED
@given(TEXTS)
@example("`")
@example("a``b`")
def test_markdown_code_is_one_code_span(text: str) -> None:
    span = escape.markdown_code(text)
    children = [child for token in MARKDOWN.parse(f"x {span} y") for child in token.children or ()]
    line = escape.one_line(text).replace("|", "│")
    shown = [c.content.replace("\u200b", "") for c in children if c.type == "code_inline"]
    assert shown == ([line] if line else [])
    assert {c.type for c in children} <= {"text", "code_inline"}


@UNHURRIED
@given(TEXTS)
@example("```\n</details>\n~~~")
def test_markdown_block_is_one_fence(text: str) -> None:
    tokens = MARKDOWN.parse(escape.markdown_block(text))
    assert [t.type for t in tokens] == ["fence"]
    assert tokens[0].content.replace("\u200b", "").rstrip("\n") == escape.visible(text).rstrip("\n")


@UNHURRIED
@given(TEXTS)
@example(HOSTILE)
def test_a_terminal_gets_characters_only(text: str) -> None:
    assert not [c for c in escape.terminal(text) if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c != "\n"]
    assert "\x1b" not in escape.terminal(text)


@UNHURRIED
@given(st.one_of(TEXTS, st.from_regex(r"[=+\-@\t\r\n|%＝＋－＠ ].*")))
def test_a_csv_cell_is_never_a_formula(text: str) -> None:
    cell = escape.csv(text)
    assert cell.lstrip(" \u00a0\u3000")[:1] not in tuple("=+-@\t\r\n|%＝＋－＠")
    assert hidden(cell) == []


@pytest.mark.parametrize(
    ("text", "cell"), [("Ada", "Ada"), ("=1+1", "'=1+1"), (" @x", "' @x"), ("-5", "'-5"), ("a=b", "a=b")]
)
def test_csv_by_example(text: str, cell: str) -> None:
    assert escape.csv(text) == cell


@UNHURRIED
@given(TEXTS)
@example("a\n::error::b")
def test_a_workflow_command_is_one_line_and_carries_the_text(text: str) -> None:
    message = escape.workflow(text)
    assert not set("\r\n") & set(message)
    assert message.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%") == escape.visible(text)
    assert not set("\r\n:,") & set(escape.workflow_property(text))


@UNHURRIED
@given(TEXTS)
@example(":::::")
@example("#####[group]")
def test_a_log_line_is_no_command(text: str) -> None:
    line = escape.log_line(text)
    assert "\n" not in line
    assert "::" not in line
    assert "##[" not in line


@UNHURRIED
@given(TEXTS)
@example("javascript:alert(1)")
@example("https://a.example/\u202e")
def test_a_web_address_is_http_or_nothing(text: str) -> None:
    assert escape.web_address(text) == "" or escape.web_address(text).startswith(("http://", "https://"))
    assert escape.web_address("https://docs.djangoproject.com/en/6.0/#x?a=1&b=2") != ""


def test_clip_says_how_much_it_cut() -> None:
    assert escape.clip("abc", 3) == "abc"
    assert escape.clip("a" * 2005, 5) == "aaaaa… (2,000 more characters)"


@pytest.mark.parametrize("name", [name for name in escape.__all__ if name not in ("clip", "json")])
@pytest.mark.parametrize("piece", ["`", "`a ", "` ", " ", ":", "#", "\n", "\\", "http", "&", "<", "|", "\u202e"])
def test_no_escape_takes_more_than_its_share_of_time(name: str, piece: str) -> None:
    made = getattr(escape, name)
    for text in (piece * 50_000, "`" + piece * 50_000, "#" + piece * 50_000):
        began = time.process_time()  # of this process alone: whoever else computes takes none of it
        made(text)
        assert time.process_time() - began < 2
