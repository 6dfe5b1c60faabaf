"""Reviewers measured: a form about a submission with planted faults, and what each of them saw."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from pathlib import Path

import msgspec
from msgspec import Struct

from grader.domain.course import Criterion, Module, Mutant, ReviewItem
from grader.domain.errors import UsageError_
from grader.review.alpha import Agreement, ordinal
from grader.review.form import render
from grader.review.links import place
from grader.review.nouns import SCALE, Review, Subject, Verdict

SCHEMA = "django-track/calibration/v1"
_FEWEST_SOUND = 4
_NEAR = 10  # lines between the place that was named and the fault
Tree = Mapping[str, tuple[bytes, bool]]


class Fault(Struct, frozen=True, forbid_unknown_fields=True):
    """A planted fault: its mutant, the criteria it fails, what it changes, and where, as (path, first, last line)."""

    mutant: str
    title: str
    criteria: tuple[str, ...]
    places: tuple[tuple[str, int, int], ...]
    diff: str


class Key(Struct, frozen=True, forbid_unknown_fields=True):
    """What was planted: for staff. ``titles`` are those of all criteria that the form asks about."""

    schema: str
    assignment: str
    tree: str
    seed: int
    faults: tuple[Fault, ...]
    sound: tuple[str, ...]
    titles: dict[str, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """A fault that a reviewer saw, and whether they named a place where it is."""

    fault: Fault
    at_its_place: bool


@dataclass(frozen=True, slots=True)
class Score:
    """What one reviewer saw. ``alarms`` are sound criteria that they called wrong; ``agreement`` is that with truth."""

    reviewer: str
    seen: tuple[Seen, ...]
    missed: tuple[Fault, ...]
    alarms: tuple[str, ...]
    unsure: tuple[str, ...]
    agreement: Agreement


def make_key(module: Module, tree_hash: str, seed: int, faults: tuple[Fault, ...], touched: Iterable[str]) -> Key:
    """The key of a submission with these faults; of the other criteria, some that are sound are drawn.

    ``touched`` are the criteria that a fault may fail; neither they nor what requires them is asked about as sound.
    """
    wrong = {name for fault in faults for name in fault.criteria}
    unclear = _with_dependents(module, wrong | set(touched))
    sound = [c.id for c in module.criteria if not c.manual and c.id not in unclear]
    drawn = set(random.Random(seed).sample(sound, min(len(sound), max(_FEWEST_SOUND, len(wrong)))))
    titles = {c.id: c.title for c in module.criteria if c.id in wrong | drawn}
    return Key(SCHEMA, module.slug, tree_hash, seed, faults, tuple(n for n in titles if n in drawn), titles)


def _with_dependents(module: Module, names: set[str]) -> set[str]:
    found = set(names)
    while more := {c.id for c in module.criteria if set(c.requires) & found} - found:
        found |= more
    return found


def fault_of(mutant: Mutant, before: Tree, after: Tree) -> Fault:
    """The fault that tells these two trees apart."""
    places: list[tuple[str, int, int]] = []
    diffs: list[str] = []
    for path in after:
        old, new = (_lines(tree, path) for tree in (before, after))
        if old != new:
            changes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
            places += [(path, low + 1, max(low + 1, high)) for kind, _, _, low, high in changes if kind != "equal"]
            diffs += unified_diff(old, new, path, path, lineterm="")
    return Fault(mutant.id, mutant.title, mutant.must_fail, tuple(places), "\n".join(diffs))


def _lines(tree: Tree, path: str) -> list[str]:
    return tree[path][0].decode("utf-8", "replace").splitlines() if path in tree else []


def form(key: Key, module: Module, submission: str) -> str:
    """What the reviewer gets: a form that asks of wrong and sound criteria alike, in the order of the module."""
    asked = [(_item(c), ()) for c in module.criteria if c.id in key.titles]
    subject = Subject(key.assignment, submission, key.tree)
    return render(subject, f"calibration, module {module.number:02d} · {module.title}", asked)


def _item(criterion: Criterion) -> ReviewItem:
    look_at = f"whether this holds here. It is of task {criterion.task} of the brief."
    return ReviewItem(criterion.id, criterion.title, look_at, criterion.dimension)


def encode_key(key: Key) -> str:
    """The key as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(key), indent=2).decode() + "\n"


def read_key(path: Path) -> Key:
    """The key in this file. Raises ``UsageError_`` if it cannot be read, or is none."""
    hint = "Name the file that `grader review calibrate new` wrote by --key."
    try:
        key = msgspec.json.decode(path.read_bytes(), type=Key)
    except OSError as problem:
        raise UsageError_(f"{path} cannot be read: {problem.strerror}", hint) from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise UsageError_(f"{path} is no key of a calibration: {problem}", hint) from None
    if key.schema != SCHEMA:
        raise UsageError_(f"{path} is a key of {key.schema!r}; this grader reads {SCHEMA!r}", hint)
    return key


def scores(key: Key, reviews: Sequence[Review]) -> tuple[Score, ...]:
    """What each reviewer saw, in the order of the reviews.

    Raises:
        UsageError_: a review is of something else, or of one reviewer there are two.
    """
    for review in reviews:
        if review.subject.key != (key.assignment, key.tree) or review.answers.keys() != key.titles.keys():
            raise UsageError_(
                f"{review.path} is no review of the submission that this key is of",
                "Give the form that was written together with the key.",
            )
    names = [review.reviewer.casefold() for review in reviews]
    if doubled := next((r for r in reviews if names.count(r.reviewer.casefold()) > 1), None):
        raise UsageError_(f"there are two reviews by {doubled.reviewer}", "Give the one that counts.")
    return tuple(_score(key, review) for review in reviews)


def _score(key: Key, review: Review) -> Score:
    said = {name: answer.verdict for name, answer in review.answers.items()}
    wrong = {name for name, verdict in said.items() if verdict in (Verdict.NOT_MET, Verdict.PARTLY_MET)}
    seen = tuple(Seen(f, _points_at(review, f, wrong)) for f in key.faults if wrong & set(f.criteria))
    truth = dict.fromkeys(key.sound, Verdict.MET) | {n: Verdict.NOT_MET for f in key.faults for n in f.criteria}
    return Score(
        reviewer=review.reviewer,
        seen=seen,
        missed=tuple(f for f in key.faults if not wrong & set(f.criteria)),
        alarms=tuple(name for name in key.sound if name in wrong),
        unsure=tuple(name for name in key.titles if not said[name].is_judged),
        agreement=ordinal(([truth[n], v] for n, v in said.items() if v.is_judged), SCALE),
    )


def _points_at(review: Review, fault: Fault, wrong: set[str]) -> bool:
    named = (place(link) for name in wrong & set(fault.criteria) for link in review.answers[name].links)
    return any(
        at is not None and at.path.endswith(path) and (at.line is None or first - _NEAR <= at.line <= last + _NEAR)
        for at in named
        for path, first, last in fault.places
    )
