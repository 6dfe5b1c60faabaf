"""The site builds strictly, its links lead somewhere, and it loads nothing from elsewhere."""

import os
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest

pytestmark = pytest.mark.xdist_group("site")  # one process builds it, once
ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
MODULES = sorted(path.parent for path in ROOT.glob("modules/*/module.toml"))
_LOADS = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "object": "data",
}


@dataclass
class Page(HTMLParser):
    """What one page says: its anchors, its links, and what a browser loads with it."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    classes: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.anchors |= {values[key] for key in ("id", "name") if values.get(key)}
        self.classes |= set(values.get("class", "").split())
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        if tag == "link" and values.get("rel") not in ("canonical", "next", "prev"):
            self.loads.append(values.get("href", ""))
        if tag in _LOADS and values.get(_LOADS[tag]):
            self.loads.append(values[_LOADS[tag]])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site, built strictly."""
    folder = tmp_path_factory.mktemp("site")
    ran = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    return folder


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[str, Page]:
    """Every page by its path from the root of the site, such as ``/learners/``."""
    found = {}
    for path in sorted(site.rglob("*.html")):
        page = Page()
        page.feed(path.read_text("utf-8"))
        found["/" + path.relative_to(site).as_posix().removesuffix("index.html")] = page
    return found


def test_links_inside_the_site_lead_somewhere(site: Path, pages: dict[str, Page]) -> None:
    dead = defaultdict(list)
    for at, page in pages.items():
        for link in page.links:
            if urlsplit(link).scheme or link.startswith("//"):
                continue
            path, anchor = urldefrag(urljoin(at, link))
            target = pages.get(unquote(path))
            exists = (site / unquote(path).lstrip("/")).is_file() if target is None else True
            if not exists or (anchor and target is not None and unquote(anchor) not in target.anchors):
                dead[at].append(link)
    assert not dead


def test_nothing_is_loaded_from_elsewhere(site: Path, pages: dict[str, Page]) -> None:
    outside = {(at, url) for at, page in pages.items() for url in page.loads if urlsplit(url).netloc}
    outside |= {(str(css), "url(http") for css in site.rglob("*.css") if "url(http" in css.read_text("utf-8")}
    # The theme would fetch mermaid from a content network as soon as a page used it.
    outside |= {(at, "mermaid") for at, page in pages.items() if "mermaid" in page.classes}
    assert not outside


ARTICLE = re.compile(r"<article.*?</article>", re.DOTALL)
CODE = re.compile(r"<(pre|code|script|svg)\b.*?</\1>", re.DOTALL)
MARKUP = re.compile(r"^ *(?:<p>)?(?:[-*] |\d+\. |\|).*", re.MULTILINE)


def left_as_text(page: str) -> list[str]:
    """Lines of an article that were written as a list or a table, and came out as text."""
    return [line for article in ARTICLE.finditer(page) for line in MARKUP.findall(CODE.sub("", article[0]))]


def test_every_list_and_table_is_one(site: Path) -> None:
    """Python-Markdown wants an empty line before a list, and four blanks before a list in another one."""
    texts = {path: left_as_text(path.read_text("utf-8")) for path in site.rglob("*.html")}
    assert {path.relative_to(site): lines for path, lines in texts.items() if lines} == {}


@pytest.mark.parametrize("line", ["- An item", "  2. Another", "| a | b |", "<p>| a | b |"])
def test_what_came_out_as_text_is_seen(line: str) -> None:
    page = "<article><p>So:\n{}\n</p><pre>\n- code\n</pre></article>\n- outside"
    assert left_as_text(page.format(line)) == [line]
    assert left_as_text(page.format("A sentence - of words.")) == []


def test_every_module_is_on_the_site(pages: dict[str, Page]) -> None:
    wanted = {f"/modules/{module.name}/{tail}" for module in MODULES for tail in ("", "hints/", "design/")}
    assert wanted <= set(pages)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_criteria_are_anchors_of_the_brief(module: Path, pages: dict[str, Page]) -> None:
    manifest = tomllib.loads((module / "module.toml").read_text("utf-8"))
    ids = {criterion["id"] for criterion in manifest.get("criteria", [])}
    area = {name.split(".")[0] for name in ids}
    anchors = {a for a in pages[f"/modules/{module.name}/"].anchors if a.partition(".")[0] in area and "." in a}
    assert anchors == ids


def test_every_decision_is_in_the_index() -> None:
    index = (DOCS / "decisions" / "index.md").read_text("utf-8")
    records = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    assert [path.name for path in records if f"]({path.name})" not in index] == []
    numbers = [path.name[:4] for path in records]
    assert len(set(numbers)) == len(numbers), "two records have one number"
