"""Gates in manifests: what the rubric asks for by each metric, and what a module asks otherwise."""

from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from msgspec.structs import asdict

from grader.course.toml import convert, line_of, read_toml, refuse_doubled
from grader.domain.course import Dimension, Gate
from grader.domain.errors import CourseError
from grader.gates.registry import METRICS

FULL_MARKS = 100
_Text = Annotated[str, Meta(min_length=1)]


class GateTable(Struct, forbid_unknown_fields=True):
    """A gate as a manifest has it."""

    metric: str
    id: str
    title: _Text
    op: Literal["≥", "≤", ">", "<", "="]
    threshold: float
    points: Annotated[int, Meta(ge=0, le=FULL_MARKS)] = 0
    blocks: bool = False
    hint: str = ""
    docs: list[tuple[_Text, Annotated[str, Meta(pattern="^https://")]]] = []
    dimension: Dimension | None = None


class _Rubric(Struct, forbid_unknown_fields=True):
    gates: dict[str, dict[str, Any]] = {}


def read_rubric(root: Path) -> Mapping[str, Gate]:
    """By its metric, what every gate asks for unless a module asks otherwise: ``rubric/gates.toml`` of a course.

    Nothing for a course without that file. Raises ``CourseError`` as ``load_course`` does.
    """
    path = root / "rubric" / "gates.toml"
    if not path.exists():
        return {}
    tables = convert(read_toml(path), _Rubric, path).gates
    gates = {
        metric: gate(convert({"metric": metric, "id": metric, **table}, GateTable, path))
        for metric, table in tables.items()
    }
    check_gates(tuple(gates.values()), path)
    return gates


def gate(read: GateTable, metrics: Mapping[str, str] = METRICS) -> Gate:
    """As a noun of the domain; ``metrics`` are those that are measured, with their units."""
    return Gate(**asdict(read) | {"docs": tuple(read.docs), "unit": metrics.get(read.metric, "")})


def completed(given: Any, rubric: Mapping[str, Gate]) -> Any:
    """A gate of a module with what the rubric says of its metric, where the module says nothing of it."""
    known = rubric.get(given.get("metric", "")) if isinstance(given, dict) else None
    if known is None:
        return given
    return {field: getattr(known, field) for field in GateTable.__struct_fields__} | given


def check_gates(gates: tuple[Gate, ...], path: Path, metrics: Mapping[str, str] = METRICS) -> None:
    """Raises ``CourseError`` for what a type cannot say; ``metrics`` are those that may be asked for here."""
    refuse_doubled([g.id for g in gates], path)
    for gate in gates:
        if gate.metric not in metrics:
            wrong = f"no gate measures {gate.metric!r}", f"Metrics are: {', '.join(metrics)}."
        elif gate.points and gate.dimension is None:
            wrong = f"{gate.id} has points but no dimension", f"Write one of: {', '.join(Dimension)}."
        elif not isfinite(gate.threshold):
            wrong = f"{gate.id} has a threshold that nothing can be held against", "Write a number."
        else:
            continue
        raise CourseError(f"{line_of(path, gate.id)}: {wrong[0]}", wrong[1])
