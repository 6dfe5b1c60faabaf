"""The form of a review: Markdown in which the machine's evidence stands, and a person writes the rest."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from grader.domain.course import ReviewItem
from grader.domain.text import one_line
from grader.report.escape import clip, markdown_code, markdown_prose
from grader.review.nouns import Subject, Verdict

FORM = "django-track/review/v1"
REVIEWER = "- Reviewer:"
KEYS = ("Verdict", "Evidence", "Comment")
SEAL = re.compile(r"^\s*<!-- as the machine wrote it: ([0-9a-f]{16}) -->\s*$")
VERDICTS = ", ".join(Verdict)

_HOW_TO = f"""\
Write your name after `Reviewer:`. Then say of each item, in the three lines below it:

| line | what to write |
|---|---|
| Verdict | one of: {VERDICTS} |
| Evidence | a link (`https://…`) or a place in the submission (`src/apps/posts/models.py:42`), or several; \
not needed where you cannot say, or where it does not apply |
| Comment | what you saw and what you would do, in as many lines as you like; needed unless the verdict is *met* |

Leave everything else as it is: the machine wrote it, and notices a change. `grader review check FILE` says what is \
still missing."""


@dataclass(frozen=True, slots=True)
class Written:
    """The texts of the three lines below an item, as somebody wrote them or not yet."""

    verdict: str = ""
    evidence: str = ""
    comment: str = ""


def render(
    subject: Subject,
    title: str,
    items: Iterable[tuple[ReviewItem, tuple[str, ...]]],
    *,
    reviewer: str = "",
    written: Mapping[str, Written] | None = None,
) -> str:
    """The form for these items, each with the lines of the machine's evidence, and with what was written already."""
    asked = tuple(items)
    blocks = [
        _sealed(list(_head(subject, title, [item for item, _ in asked], reviewer))),
        *(_item(item, seen, (written or {}).get(item.id, Written())) for item, seen in asked),
    ]
    return "\n".join(line.rstrip() for block in blocks for line in block)


def digest(lines: Iterable[str]) -> str:
    """Of what the machine wrote: 16 hexadecimal digits, the same whatever an editor does to blanks and empty lines."""
    words = (" ".join(line.split()) for line in lines)
    kept = (line for line in words if line and not line.startswith(REVIEWER))
    return hashlib.sha256("\n".join(kept).encode("utf-8", "replace")).hexdigest()[:16]


def _sealed(lines: list[str]) -> list[str]:
    return [*lines, "", f"<!-- as the machine wrote it: {digest(lines)} -->", ""]


def _head(subject: Subject, title: str, items: list[ReviewItem], reviewer: str) -> Iterator[str]:
    yield f"<!-- {FORM}: {' '.join(item.id for item in items)} -->"
    yield ""
    yield f"# Peer review: {markdown_prose(title)}"
    yield ""
    yield f"- Assignment: {one_line(subject.assignment)}"
    yield f"- Submission: {markdown_code(clip(one_line(subject.submission), 300))}"
    yield f"- Tree: {subject.tree}"
    yield f"{REVIEWER} {reviewer}"
    yield ""
    yield from _HOW_TO.splitlines()


def _item(item: ReviewItem, seen: tuple[str, ...], written: Written) -> list[str]:
    machine = [f"## {item.id}", "", f"**{markdown_prose(item.sentence)}.**", ""]
    if seen:
        machine += ["What the machine saw:", "", *seen, ""]
    if item.look_at:
        machine += [f"What only you can see: {markdown_prose(item.look_at)}"]
    texts = zip(KEYS, (written.verdict, written.evidence, written.comment), strict=True)
    return [*_sealed(machine), *(line for key, text in texts for line in f"- {key}: {text}".split("\n")), ""]
