"""Real results, forms and reviews that tests of peer review share."""

from pathlib import Path

from grader.course.peer_review import load_items
from grader.domain.result import Result
from grader.report import decode
from grader.review.check import check
from grader.review.nouns import Review

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parent / "data"
ITEMS = load_items(ROOT)
ADA, GRACE = DATA / "ada.md", DATA / "grace.md"


def result(number: str = "02") -> Result:
    """A result as it was graded, with the first case of each criterion."""
    return decode((DATA / f"result-{number}.json").read_bytes())


def review(path: Path) -> Review:
    """A review that is complete."""
    found, problems = check(path)
    assert found is not None, problems
    return found


def with_edits(path: Path, into: Path, *edits: tuple[str, str]) -> Path:
    """A copy of the file in which each text, found once, is another."""
    text = path.read_text("utf-8")
    for old, new in edits:
        assert text.count(old) == 1, (text.count(old), old)
        text = text.replace(old, new)
    into.write_text(text, "utf-8")
    return into
