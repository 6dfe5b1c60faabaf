"""The rubric of the capstone, ``rubric/capstone.toml``: read strictly, and held against what the course measures."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, Struct, field

from grader.architecture import metrics as architecture
from grader.course.gates import GateTable, check_gates, completed, gate
from grader.course.manifest import Course
from grader.course.peer_review import load_items
from grader.course.toml import convert, read_toml
from grader.domain.course import Dimension, ReviewItem
from grader.domain.errors import CourseError
from grader.domain.rubric import Descriptor, DimensionRubric, Rubric
from grader.gates.registry import METRICS

FILE = "rubric/capstone.toml"
_Text = Annotated[str, Meta(min_length=1)]
_HELP = "docs/authors/ says what the rubric may hold."
_MEASURED = {**METRICS, **architecture.METRICS}


class _Descriptor(Struct, forbid_unknown_fields=True):
    shows: _Text
    evidence: list[_Text] = []
    review: list[_Text] = []
    not_measured: str = ""


class _Dimension(Struct, forbid_unknown_fields=True):
    id: Dimension
    title: _Text
    meets: Annotated[list[_Descriptor], Meta(min_length=1)]
    exceeds: Annotated[list[_Descriptor], Meta(min_length=1)]
    otherwise: list[_Text] = field(name="needs-improvement", default_factory=list)


class _Rubric(Struct, forbid_unknown_fields=True):
    dimensions: list[_Dimension]
    gates: dict[str, dict[str, Any]] = {}


def load_rubric(course: Course) -> Rubric:
    """The rubric of this course. Of a gate it may ask otherwise than ``rubric/gates.toml`` does; what is asked of the
    architecture of a project stands here alone.

    Raises:
        CourseError: it is missing or no rubric, or names evidence that nothing gives.
    """
    path, gates = course.root / FILE, course.rubric
    criteria = [c.id for module in course.assignments for c in module.criteria]
    items = {item.id: item for item in load_items(course.root)}
    read = convert(read_toml(path), _Rubric, path, _HELP)
    if [one.id for one in read.dimensions] != list(Dimension):
        raise CourseError(f"{path}: its dimensions are not the five", f"Write each once: {', '.join(Dimension)}.")
    own = {
        metric: gate(
            convert(completed({"metric": metric, "id": metric, **table}, gates), GateTable, path, _HELP), _MEASURED
        )
        for metric, table in read.gates.items()
    }
    check_gates(tuple(own.values()), path, _MEASURED)
    known = {**gates, **own}
    for one in read.dimensions:
        for descriptor in (*one.meets, *one.exceeds):
            _check(descriptor, path, [*criteria, *known], items)
    rubric = Rubric(tuple(_dimension(one, items) for one in read.dimensions), ())
    asked = [known[name] for name in rubric.evidence if name in known]
    read_apart = tuple(one for one in asked if one.metric in architecture.METRICS)
    return Rubric(rubric.dimensions, tuple(one for one in asked if one not in read_apart), read_apart)


def _dimension(read: _Dimension, items: Mapping[str, ReviewItem]) -> DimensionRubric:
    meets, exceeds = (tuple(_descriptor(one, items) for one in level) for level in (read.meets, read.exceeds))
    return DimensionRubric(read.id, read.title, tuple(read.otherwise), meets, exceeds)


def _descriptor(read: _Descriptor, items: Mapping[str, ReviewItem]) -> Descriptor:
    review = tuple(items[name] for name in read.review)
    return Descriptor(read.shows, tuple(read.evidence), review, read.not_measured)


def _check(read: _Descriptor, path: Path, evidence: Collection[str], items: Collection[str]) -> None:
    """Raises ``CourseError`` for what a type cannot say: nothing is shown by nothing."""
    if not (read.evidence or read.not_measured):
        hint = "Name evidence, or say in `not_measured` what is missing; a person alone proves no level."
        raise CourseError(f"{_place(path, read)}: nothing shows {read.shows!r}", hint)
    for name, known, what in [
        *((name, evidence, "criterion or gate") for name in read.evidence),
        *((name, items, "item of the peer review") for name in read.review),
    ]:
        if name not in known:
            near = ", ".join(get_close_matches(name, sorted(known), n=3))
            hint = f"Did you mean {near}?" if near else "`grader gates --list` and `grader course lint` know them."
            raise CourseError(f"{_place(path, read)}: there is no {what} {name}", hint)


def _place(path: Path, read: _Descriptor) -> str:
    """The file and the line of what the descriptor shows."""
    lines = path.read_text("utf-8").splitlines()
    return next((f"{path}:{number}" for number, line in enumerate(lines, 1) if read.shows in line), str(path))
