"""Reads a plan of PostgreSQL: which steps cost more the more rows there are, and which index would spare them."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

SORTED_AT_MOST = 200
# A column compared with one value, or a truth by itself, as PostgreSQL writes what has to hold.
_HELD = re.compile(
    r'\(*(?:NOT )?\(*"?(\w{1,63})"?\)*(?:::[\w ]{1,40}\)*)?(?: = (?![a-z_]\w*\.)\(?[^()]{1,200}\)?(?:\.\w{1,63})?)?\)*',
    re.ASCII,
)
# What stands above such a step may be sorted, but what it is made of need not be.
_UNORDERED = frozenset({"Aggregate", "Append", "CTE Scan", "Group", "SetOp", "Subquery Scan", "WindowAgg"})
_SORTED = re.compile(r'(?:"?(\w{1,63})"?\.)?"?(\w{1,63})"?( DESC)?(?: NULLS (?:FIRST|LAST))?', re.ASCII)


@dataclass(frozen=True, slots=True)
class Step:
    """A step that reads a whole table, or that sorts too many rows.

    ``rows`` are those that it read or was fed, as counted; as estimated where nothing was counted. An index that spares
    it begins with the columns of ``held``, which are compared with one value each, and goes on with those of ``order``,
    a leading ``-`` for the descending ones. Both are empty where no plain index would.
    """

    kind: Literal["reads", "sorts"]
    table: str
    rows: int
    held: tuple[str, ...] = ()
    order: tuple[str, ...] = ()

    def is_served_by(self, index: Sequence[str]) -> bool:
        """Whether an index of these columns spares it; one that is walked from its end has each the other way round."""
        first, then = index[: len(self.held)], index[len(self.held) : len(self.held) + len(self.order)]
        plain = {column.removeprefix("-") for column in first}
        return plain == set(self.held) and tuple(then) in (self.order, tuple(map(_turned, self.order)))


def _turned(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"


def costly(plan: Mapping[str, Any], tables: Collection[str]) -> Iterator[Step]:
    """The steps of a plan that read one of these tables whole, or sort more than ``SORTED_AT_MOST`` rows of anything.

    Without counted rows (`EXPLAIN` without `ANALYZE`) nothing is said of sorting: an estimate of it convicts nobody.
    """
    yield from _walk(plan, tables, ())


def _walk(node: Mapping[str, Any], tables: Collection[str], order: tuple[str, ...]) -> Iterator[Step]:
    kind = str(node.get("Node Type"))
    if _is_whole(node, tables):
        yield Step("reads", node["Relation Name"], _read(node), _filtered(node), order)
    if "Sort" in kind:
        order = _order(node)
        fed = sum(map(_returned, _fed_by(node)))
        scan = _scan(node)
        if fed > SORTED_AT_MOST and not _reads_all(node, tables):
            yield Step("sorts", str(scan.get("Relation Name", "")), fed, *((_filtered(scan), order) if scan else ()))
    elif kind in _UNORDERED:
        order = ()
    for each in _below(node):
        yield from _walk(each, tables, order)


def _is_whole(node: Mapping[str, Any], tables: Collection[str]) -> bool:
    return node.get("Node Type") == "Seq Scan" and node.get("Relation Name") in tables


def _reads_all(node: Mapping[str, Any], tables: Collection[str]) -> bool:
    """Whether a table is read whole for this step: then that is the fault, and it is told once."""
    return _is_whole(node, tables) or any(_reads_all(each, tables) for each in _below(node))


def _below(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in node.get("Plans", ()) if isinstance(each, dict)]


def _fed_by(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The steps whose rows it is fed; a query inside the query is worked out beside it."""
    return [each for each in _below(node) if each.get("Parent Relationship") not in ("InitPlan", "SubPlan")]


def _scan(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """The scan of the table by whose columns a step sorts: the only one, or that which its keys name."""
    keys = [_SORTED.fullmatch(str(key)) for key in node.get("Sort Key", ())]
    names = {key[1] for key in keys if key}
    scans = list(_scans(node))
    if len(scans) > 1:
        scans = [scan for scan in scans if {str(scan.get("Alias", scan["Relation Name"]))} == names]
    return scans[0] if len(scans) == 1 else {}


def _scans(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "Relation Name" in node:
        yield node
        return
    for each in _fed_by(node):
        yield from _scans(each)


def _returned(node: Mapping[str, Any]) -> int:
    """Rows that a step gave in all its rounds; 0 where nobody counted."""
    return round(float(node.get("Actual Rows", 0)) * float(node.get("Actual Loops", 0)))


def _read(node: Mapping[str, Any]) -> int:
    removed = float(node.get("Rows Removed by Filter", 0)) * float(node.get("Actual Loops", 1))
    return _returned(node) + round(removed) or round(float(node.get("Plan Rows", 0)))


def _filtered(node: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns that a scan compares with one value each."""
    conditions = [str(node.get(key, ""))[:2_000] for key in ("Index Cond", "Recheck Cond", "Filter")]
    if any(" OR " in condition for condition in conditions):
        return ()
    parts = (_HELD.fullmatch(part) for condition in conditions for part in condition.split(" AND "))
    return tuple(dict.fromkeys(part[1] for part in parts if part))


def _order(node: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns that a step sorts by; nothing where it sorts by something else than columns."""
    keys = [_SORTED.fullmatch(str(key)) for key in node.get("Sort Key", ())]
    return tuple(f"{'-' if key[3] else ''}{key[2]}" for key in keys if key) if all(keys) else ()
