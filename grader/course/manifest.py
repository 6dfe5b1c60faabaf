"""The manifests, course.toml and module.toml: read strictly, and turned into the nouns of the domain."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from msgspec import Meta, Struct

from grader.course.gates import FULL_MARKS, GateTable, check_gates, completed, gate, read_rubric
from grader.course.grammar import CAPSTONE_CHECKPOINT
from grader.course.toml import convert, line_of, read_toml, refuse_doubled
from grader.domain.advisories import Advisories
from grader.domain.course import CAPSTONE, Criterion, Dimension, Gate, Module, SeenBy, State
from grader.domain.errors import CourseError

CRITERION_ID = re.compile(r"[a-z]+(-[a-z]+)*\.[a-z0-9]+(-[a-z0-9]+)*")
_Text = Annotated[str, Meta(min_length=1)]
_Checkpoint = Annotated[int, Meta(ge=1, le=6)]
_Solved = Annotated[str, Meta(pattern="^0[1-6] solved$")]


class _Evidence(Struct, forbid_unknown_fields=True):
    """A criterion of the capstone, which is no sum of points: it is evidence for a level."""

    id: str
    title: _Text
    task: Annotated[int, Meta(ge=1)]
    hint: _Text
    docs: list[tuple[_Text, Annotated[str, Meta(pattern="^https://")]]]
    dimension: Dimension
    seen_by: Annotated[list[SeenBy], Meta(min_length=1)]
    requires: list[str] = []


class _Criterion(_Evidence, kw_only=True):
    points: Annotated[int, Meta(ge=0, le=FULL_MARKS)]
    manual: bool = False


class _Capstone(Struct, forbid_unknown_fields=True):
    title: _Text
    criteria: Annotated[list[_Evidence], Meta(min_length=1)]


class _Module(Struct, forbid_unknown_fields=True):
    number: Annotated[int, Meta(ge=1, le=5)]
    slug: str
    title: _Text
    pass_score: Annotated[int, Meta(ge=1, le=FULL_MARKS)]
    draft: bool = False
    unread: list[Annotated[str, Meta(pattern=r"^(?!.*\.\.)[\w./-]+/$")]] = []
    criteria: list[_Criterion] = []
    gates: list[GateTable] = []


class Generated(Struct, forbid_unknown_fields=True, frozen=True):
    """A file that is made for one state: the generator's name, and its other arguments."""

    file: _Text
    checkpoint: _Checkpoint
    solved: bool
    generator: _Text
    package: str = ""
    source: str = ""


class _Advisories(Struct, forbid_unknown_fields=True):
    file: _Text
    date: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    made_up: bool = False
    live: str = ""


class _Course(Struct, forbid_unknown_fields=True):
    name: _Text
    modules: Annotated[list[_Text], Meta(min_length=1)]
    environment_lock: str
    reference: str = ""
    as_written: list[_Text] = []
    files: dict[str, _Checkpoint | _Solved] = {}
    generators: list[Generated] = []
    advisories: _Advisories | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A course on disk.

    ``modules`` are in order; one whose module.toml does not exist yet has no criteria. ``reference`` is a folder
    that a release does not have. ``rubric`` are the gates by their metrics. ``capstone`` is what is checked of the
    capstone alone, as a module of the number that comes after the last; a release has none.
    ``plain_files`` are the files without comments, by the first state that has them.
    ``as_written`` are modules that keep the author's line breaks when markers change them.
    """

    root: Path
    name: str
    modules: tuple[Module, ...]
    reference: Path
    environment_lock: Path
    plain_files: Mapping[str, State]
    as_written: frozenset[str]
    generators: tuple[Generated, ...]
    rubric: Mapping[str, Gate]
    advisories: Advisories | None = None
    capstone: Module | None = None

    @property
    def assignments(self) -> tuple[Module, ...]:
        """The modules, and the capstone after them, where there is one."""
        return (*self.modules, self.capstone) if self.capstone else self.modules

    def folder(self, module: Module) -> Path:
        """The folder of a module, or of the capstone."""
        return self.root / CAPSTONE if module.slug == CAPSTONE else self.root / "modules" / module.slug

    def manifest(self, module: Module) -> Path:
        """The file that says which criteria it has."""
        return self.folder(module) / ("capstone.toml" if module.slug == CAPSTONE else "module.toml")


def load_course(root: Path) -> Course:
    """The course in this folder.

    Raises:
        CourseError: a manifest is missing or wrong; names the file, the key and what to do.
    """
    course = convert(read_toml(root / "course.toml"), _Course, root / "course.toml")
    rubric = read_rubric(root)
    modules = tuple(_module(root, slug, number, rubric) for number, slug in enumerate(course.modules, 1))
    capstone = _capstone(root / CAPSTONE / "capstone.toml")
    own = capstone.criteria if capstone else ()
    refuse_doubled([c.id for c in (*(c for m in modules for c in m.criteria), *own)], root / "modules")
    return Course(
        root=root,
        name=course.name,
        modules=modules,
        reference=root / course.reference if course.reference else root / "no-reference",
        environment_lock=root / course.environment_lock,
        plain_files={path: _first_state(since) for path, since in course.files.items()},
        as_written=frozenset(course.as_written),
        generators=tuple(course.generators),
        rubric=rubric,
        advisories=_advisories(root, course.advisories),
        capstone=capstone,
    )


def _advisories(root: Path, named: _Advisories | None) -> Advisories | None:
    return Advisories(root / named.file, named.date, named.sha256, named.made_up, named.live) if named else None


def _first_state(since: int | str) -> State:
    """``5`` is starter 05, what is given there; ``"05 solved"`` is solution 05, what its learners make."""
    return State(since, False) if isinstance(since, int) else State(int(since[:2]), True)


def load_module(path: Path, rubric: Mapping[str, Gate] = MappingProxyType({})) -> Module:
    """The module that this module.toml describes; of its gates, what it does not say is as in ``rubric``.

    Raises:
        CourseError: as ``load_course``.
    """
    data = read_toml(path)
    data["gates"] = [completed(given, rubric) for given in data.get("gates", [])]
    read = convert(data, _Module, path)
    criteria = tuple(_criterion(c, points=c.points, manual=c.manual) for c in read.criteria)
    gates = tuple(map(gate, read.gates))
    unread = tuple(read.unread)
    module = Module(read.number, read.slug, read.title, read.pass_score, criteria, gates, read.draft, unread)
    _check(module, path)
    return module


def _criterion(read: _Evidence, *, points: int, manual: bool = False) -> Criterion:
    return Criterion(
        id=read.id,
        title=read.title,
        points=points,
        task=read.task,
        hint=read.hint,
        docs=tuple(read.docs),
        dimension=read.dimension,
        requires=tuple(read.requires),
        manual=manual,
        seen_by=tuple(read.seen_by),
    )


def _capstone(path: Path) -> Module | None:
    """What is checked of the capstone beside what modules ask; ``None`` where there is no such manifest."""
    if not path.is_file():
        return None
    read = convert(read_toml(path), _Capstone, path)
    criteria = tuple(_criterion(c, points=1) for c in read.criteria)  # one each, which no result of a capstone shows
    module = Module(CAPSTONE_CHECKPOINT, CAPSTONE, read.title, len(criteria), criteria)
    _check_criteria(module, path)
    return module


def _module(root: Path, slug: str, number: int, rubric: Mapping[str, Gate]) -> Module:
    path = root / "modules" / slug / "module.toml"
    if not path.is_file():
        return Module(number, slug, slug.partition("-")[2].replace("-", " ").capitalize(), FULL_MARKS, ())
    module = load_module(path, rubric)
    if (module.slug, module.number) != (slug, number):
        raise CourseError(
            f"{path}: number and slug are not those of course.toml", f"Write number = {number} and slug = {slug!r}."
        )
    return module


def _check(module: Module, path: Path) -> None:
    """What a type cannot say: sums, ids, and what requires what."""
    _check_criteria(module, path)
    check_gates(module.gates, path)
    total = sum(c.points for c in module.criteria) + sum(g.points for g in module.gates)
    if module.criteria and total != FULL_MARKS and not (module.draft and total < FULL_MARKS):
        raise CourseError(f"{path}: the points sum to {total}", f"Make them sum to {FULL_MARKS}.")


def _check_criteria(module: Module, path: Path) -> None:
    known = {c.id: c for c in module.criteria}
    refuse_doubled([c.id for c in module.criteria], path)
    for criterion in module.criteria:
        if wrong := _complaint(criterion, known):
            raise CourseError(f"{line_of(path, criterion.id)}: {wrong[0]}", wrong[1])
    for criterion in module.criteria:
        _acyclic(criterion, known, (), path)


def _complaint(criterion: Criterion, known: Mapping[str, Criterion]) -> tuple[str, str] | None:
    """What is wrong with the criterion, and what to do."""
    if not CRITERION_ID.fullmatch(criterion.id):
        return f"{criterion.id!r} is no criterion id", "Write `area.what-it-says`, in lower case."
    if criterion.manual == bool(criterion.points):
        return f"{criterion.id} is worth {criterion.points}", "A manual criterion is worth 0, any other more."
    if len(set(criterion.seen_by)) < len(criterion.seen_by):
        return f"{criterion.id} is seen twice by the same", "Name each kind of witness once."
    if criterion.manual != (SeenBy.PERSON in criterion.seen_by):
        return f"{criterion.id} is seen by {', '.join(criterion.seen_by)}", "`person` is for what is manual, and alone."
    for required in criterion.requires:
        if required not in known:
            return f"{criterion.id} requires {required}", f"Known ids: {', '.join(known)}."
        if known[required].manual:
            return (
                f"{criterion.id} requires {required}, which no program judges",
                "Require what a check can pass: this would always be blocked.",
            )
    return None


def _acyclic(criterion: Criterion, known: Mapping[str, Criterion], above: tuple[str, ...], path: Path) -> None:
    if criterion.id in above:
        circle = " > ".join((*above, criterion.id))
        raise CourseError(
            f"{line_of(path, criterion.id)}: criteria require one another: {circle}", "Remove one `requires` of these."
        )
    for required in criterion.requires:
        _acyclic(known[required], known, (*above, criterion.id), path)
