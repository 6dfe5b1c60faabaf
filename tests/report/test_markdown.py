"""The step summary: what it says, and that learner text stays text."""

from markdown_it import MarkdownIt

from grader.report import REPORTS
from tests.report.samples import SAMPLES

RENDER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def test_the_verdict_comes_first_and_the_next_step_second() -> None:
    lines = REPORTS["markdown"].render(SAMPLES["mixed"]()).splitlines()
    assert lines[0] == "# Not met yet: 68 of 100 points"
    step = next(line for line in lines if line.startswith("**Next step:**"))
    assert step.startswith("**Next step:** Two posts may share a title")


def test_the_only_html_is_ours_and_every_link_an_author_s() -> None:
    for name in SAMPLES:
        tokens = RENDER.parse(REPORTS["markdown"].render(SAMPLES[name]()))
        inline = [child for token in tokens for child in token.children or ()]
        raw = {t.content.strip() for t in (*tokens, *inline) if t.type in ("html_block", "html_inline")}
        assert raw <= {"<details><summary>Traceback</summary>", "</details>"}
        links = [c.attrs["href"] for c in inline if c.type == "link_open"]
        assert all(str(link).startswith("https://docs.djangoproject.com/") for link in links)
        assert not [c for c in inline if c.type == "image"]


def test_every_criterion_has_its_row() -> None:
    for make in SAMPLES.values():
        result = make()
        tokens = RENDER.parse(REPORTS["markdown"].render(result))
        rows = sum(t.type == "tr_open" for t in tokens)
        assert rows == sum(len(part) + 1 for part in (result.criteria, result.gates, result.levels) if part)
