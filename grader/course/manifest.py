"""The manifests, course.toml and module.toml: read strictly, and turned into the nouns of the domain."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import asdict

from grader.domain.course import Criterion, Dimension, Gate, Module, SeenBy, State
from grader.domain.errors import CourseError
from grader.gates.registry import METRICS

FULL_MARKS = 100
_ID = re.compile(r"[a-z]+(-[a-z]+)*\.[a-z0-9]+(-[a-z0-9]+)*")
_Text = Annotated[str, Meta(min_length=1)]
_Checkpoint = Annotated[int, Meta(ge=1, le=6)]
_Solved = Annotated[str, Meta(pattern="^0[1-6] solved$")]


class _Criterion(Struct, forbid_unknown_fields=True):
    id: str
    title: _Text
    points: Annotated[int, Meta(ge=0, le=FULL_MARKS)]
    task: Annotated[int, Meta(ge=1)]
    hint: _Text
    docs: list[tuple[_Text, Annotated[str, Meta(pattern="^https://")]]]
    dimension: Dimension
    seen_by: Annotated[list[SeenBy], Meta(min_length=1)]
    requires: list[str] = []
    manual: bool = False


class _Gate(Struct, forbid_unknown_fields=True):
    id: str
    title: _Text
    metric: str
    op: Literal["≥", "≤", ">", "<", "="]
    threshold: float
    points: Annotated[int, Meta(ge=0, le=FULL_MARKS)] = 0
    blocks: bool = False
    hint: str = ""
    docs: list[tuple[_Text, Annotated[str, Meta(pattern="^https://")]]] = []
    dimension: Dimension | None = None


class _Module(Struct, forbid_unknown_fields=True):
    number: Annotated[int, Meta(ge=1, le=5)]
    slug: str
    title: _Text
    pass_score: Annotated[int, Meta(ge=1, le=FULL_MARKS)]
    criteria: list[_Criterion] = []
    gates: list[_Gate] = []


class Generated(Struct, forbid_unknown_fields=True, frozen=True):
    """A file that is made for one state: the generator's name, and what else it is told."""

    file: _Text
    checkpoint: _Checkpoint
    solved: bool
    generator: _Text
    package: str = ""
    source: str = ""


class _Course(Struct, forbid_unknown_fields=True):
    name: _Text
    modules: Annotated[list[_Text], Meta(min_length=1)]
    environment_lock: str
    reference: str = ""
    files: dict[str, _Checkpoint | _Solved] = {}
    generators: list[Generated] = []


@dataclass(frozen=True, slots=True)
class Course:
    """A course on disk.

    ``modules`` are in order; one whose module.toml does not exist yet has no criteria. ``reference`` is a folder
    that a release does not have. ``plain_files`` are the files without comments, by the first state that has them.
    """

    root: Path
    name: str
    modules: tuple[Module, ...]
    reference: Path
    environment_lock: Path
    plain_files: Mapping[str, State]
    generators: tuple[Generated, ...]

    def folder(self, module: Module) -> Path:
        """The folder of a module."""
        return self.root / "modules" / module.slug


def load_course(root: Path) -> Course:
    """The course in this folder.

    Raises:
        CourseError: a manifest is missing or wrong; names the file, the key and what to do.
    """
    course = _read(root / "course.toml", _Course)
    modules = tuple(_module(root, slug, number) for number, slug in enumerate(course.modules, 1))
    _unique([c.id for m in modules for c in m.criteria], root / "modules")
    return Course(
        root=root,
        name=course.name,
        modules=modules,
        reference=root / course.reference if course.reference else root / "no-reference",
        environment_lock=root / course.environment_lock,
        plain_files={path: _first_state(since) for path, since in course.files.items()},
        generators=tuple(course.generators),
    )


def _first_state(since: int | str) -> State:
    """``5`` is starter 05, what is given there; ``"05 solved"`` is solution 05, what its learners make."""
    return State(since, False) if isinstance(since, int) else State(int(since[:2]), True)


def load_module(path: Path) -> Module:
    """The module that this module.toml describes.

    Raises:
        CourseError: as ``load_course``.
    """
    read = _read(path, _Module)
    criteria = tuple(
        Criterion(
            id=c.id,
            title=c.title,
            points=c.points,
            task=c.task,
            hint=c.hint,
            docs=tuple(c.docs),
            dimension=c.dimension,
            requires=tuple(c.requires),
            manual=c.manual,
            seen_by=tuple(c.seen_by),
        )
        for c in read.criteria
    )
    gates = tuple(Gate(**asdict(g) | {"docs": tuple(g.docs), "unit": METRICS.get(g.metric, "")}) for g in read.gates)
    module = Module(read.number, read.slug, read.title, read.pass_score, criteria, gates)
    _check(module, path)
    return module


def _module(root: Path, slug: str, number: int) -> Module:
    path = root / "modules" / slug / "module.toml"
    if not path.is_file():
        return Module(number, slug, slug.partition("-")[2].replace("-", " ").capitalize(), FULL_MARKS, ())
    module = load_module(path)
    if (module.slug, module.number) != (slug, number):
        raise CourseError(
            f"{path}: number and slug are not those of course.toml", f"Write number = {number} and slug = {slug!r}."
        )
    return module


def _check(module: Module, path: Path) -> None:
    """What a type cannot say: sums, ids, and what requires what."""
    known = {c.id: c for c in module.criteria}
    _unique([c.id for c in module.criteria], path)
    for criterion in module.criteria:
        if wrong := _complaint(criterion, known):
            raise CourseError(f"{_at(path, criterion.id)}: {wrong[0]}", wrong[1])
    _unique([g.id for g in module.gates], path)
    for gate in module.gates:
        if gate.metric not in METRICS:
            wrong = f"no gate measures {gate.metric!r}", f"Metrics are: {', '.join(METRICS)}."
        elif gate.points and gate.dimension is None:
            wrong = f"{gate.id} has points but no dimension", f"Write one of: {', '.join(Dimension)}."
        elif not isfinite(gate.threshold):
            wrong = f"{gate.id} has a threshold that nothing can be held against", "Write a number."
        else:
            continue
        raise CourseError(f"{_at(path, gate.id)}: {wrong[0]}", wrong[1])
    total = sum(c.points for c in module.criteria) + sum(g.points for g in module.gates)
    if module.criteria and total != FULL_MARKS:
        raise CourseError(f"{path}: the points sum to {total}", f"Make them sum to {FULL_MARKS}.")
    for criterion in module.criteria:
        _acyclic(criterion, known, (), path)


def _complaint(criterion: Criterion, known: Mapping[str, Criterion]) -> tuple[str, str] | None:
    """What is wrong with the criterion, and what to do."""
    if not _ID.fullmatch(criterion.id):
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


def _at(path: Path, criterion_id: str) -> str:
    """The file and the line in which the criterion gets its id."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if re.match(rf"""\s*id\s*=\s*["']{re.escape(criterion_id)}["']""", line):
            return f"{path}:{number}"
    return str(path)


def _acyclic(criterion: Criterion, known: Mapping[str, Criterion], above: tuple[str, ...], path: Path) -> None:
    if criterion.id in above:
        circle = " > ".join((*above, criterion.id))
        raise CourseError(
            f"{_at(path, criterion.id)}: criteria require one another: {circle}", "Remove one `requires` of these."
        )
    for required in criterion.requires:
        _acyclic(known[required], known, (*above, criterion.id), path)


def _unique(ids: list[str], path: Path) -> None:
    doubled = sorted({i for i in ids if ids.count(i) > 1})
    if doubled:
        raise CourseError(f"{path}: {doubled[0]} is there more than once", "Ids are never reused: choose another.")


def read_toml(path: Path) -> dict[str, Any]:
    """The file as data.

    Raises:
        CourseError: it is missing or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as problem:
        raise CourseError(f"{path} cannot be read: {problem.strerror}", "Restore it.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise CourseError(f"{path} is not TOML: {problem}", "Mend the line it names.") from None


def _read[T: Struct](path: Path, kind: type[T]) -> T:
    return convert(read_toml(path), kind, path)


def convert[T: Struct](data: object, kind: type[T], path: Path) -> T:
    """Data as a manifest of this kind.

    Raises:
        CourseError: a key is unknown, missing or of another type; names it.
    """
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as problem:
        raise CourseError(
            f"{path}{_line(path, str(problem))}: {problem}",
            "Mend that key; docs/authors/ says what a manifest may hold.",
        ) from None


def _line(path: Path, problem: str) -> str:
    """``:LINE`` of what the problem speaks of, as far as it can be told from ``$.criteria[2].points``."""
    found = re.search(r"`\$\.([a-z_]+)(?:\[(\d+)\])?(?:\.([a-z_]+))?", problem)
    named = re.search(r"unknown field `([^`]+)`", problem)
    if found is None and named is None:
        return ""
    table, index, key = found.groups() if found else (None, None, None)
    wanted = named[1] if named else key or (table if index is None else None)
    at = -1
    for number, text in enumerate(path.read_text("utf-8").splitlines(), 1):
        at += bool(index and text.strip() == f"[[{table}]]")
        inside = index is None or at == int(index)
        if inside and (wanted is None or re.match(rf"\s*{re.escape(wanted)}\s*=", text)):
            return f":{number}"
    return ""
