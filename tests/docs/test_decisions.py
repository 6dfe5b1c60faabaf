"""The project's own decision records have what its documentation gate asks of those of others."""

import re
from pathlib import Path

from grader.domain.status import Status
from grader.gates.documentation import decisions
from grader.gates.documentation.markdown import pages
from grader.gates.subject import Subject
from tests.gates.conftest import spec_of

ROOT = Path(__file__).parents[2]
FOLDER = "docs/decisions"
RECORDS = sorted(path.name for path in (ROOT / FOLDER).glob("[0-9]*.md"))


def test_the_gate_finds_nothing_to_mend(tmp_path: Path) -> None:
    found = decisions.measure(Subject(spec_of(ROOT, tmp_path)), pages(ROOT, [f"{FOLDER}/{name}" for name in RECORDS]))
    assert (found.status, found.value, found.findings) == (Status.PASSED, 0, ())


def test_each_is_in_the_index_and_in_the_navigation_once() -> None:
    index, site = ((ROOT / name).read_text("utf-8") for name in (f"{FOLDER}/index.md", "mkdocs.yml"))
    assert sorted(re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", index)) == RECORDS
    assert sorted(re.findall(r"decisions/(\d{4}-[\w-]+\.md)", site)) == RECORDS


def test_what_is_superseded_names_another_record() -> None:
    for name in RECORDS:
        (said,) = re.findall(r"^\*\*Status\.\*\* (.+)$", (ROOT / FOLDER / name).read_text("utf-8"), re.MULTILINE)
        assert not said.startswith("Superseded") or re.search(r"\[\d{4}\]\(", said), name
