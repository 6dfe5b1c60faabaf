"""The page in a browser: nothing is fetched, nothing runs, nothing sticks out, everything can be read."""

import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright import sync_api

from grader.report import REPORTS
from tests.report.samples import SAMPLES

CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# For every text on the page: its colour against the nearest opaque background, by WCAG 2.
CONTRASTS = """() => {
  const rgb = c => { const m = c.match(/[\\d.]+/g).map(Number); return m.length === 3 ? [...m, 1] : m; };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = e => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c[3] === 1) return c;
    }
    return [255, 255, 255, 1];
  };
  document.querySelectorAll('details').forEach(d => { d.open = true; });
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();) {
    const e = node.parentElement;
    if (!node.data.trim() || e.closest('svg') || !e.checkVisibility()) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${node.data.trim().slice(0, 40)}`);
  }
  return poor;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator["sync_api.Browser"]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_sample_reads_well(browser: "sync_api.Browser", tmp_path: Path, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
    for name, make in SAMPLES.items():
        file = tmp_path / f"{name}.html"
        file.write_text(REPORTS["html"].render(make()), "utf-8")
        page.goto(file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.evaluate(CONTRASTS) == [], name
        assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none", "the style sheet was refused"
    context.close()
    assert said == []


def test_print_is_light_and_unfolded(browser: "sync_api.Browser", tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": 680, "height": 960}, color_scheme="dark", offline=True)
    page = context.new_page()
    (tmp_path / "mixed.html").write_text(REPORTS["html"].render(SAMPLES["mixed"]()), "utf-8")
    page.goto((tmp_path / "mixed.html").as_uri())
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate(CONTRASTS) == []
    assert page.locator(".passes li").last.bounding_box()["height"] > 10
    context.close()


def test_a_diff_shows_every_line_below_the_last(browser: "sync_api.Browser", tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    page = context.new_page()
    (tmp_path / "mixed.html").write_text(REPORTS["html"].render(SAMPLES["mixed"]()), "utf-8")
    page.goto((tmp_path / "mixed.html").as_uri())
    boxes = [line.bounding_box() for line in page.locator(".diff span").all()]
    assert all(above["y"] + above["height"] <= below["y"] + 1 for above, below in pairwise(boxes))
    assert len({box["x"] for box in boxes}) == 1
    context.close()
