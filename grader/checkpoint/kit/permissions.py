"""Asks a served project every cell of permission tables, each about an object that is in the state the cell names."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import msgspec

from grader.checkpoint.kit.answers import Answer
from grader.checkpoint.kit.api import Api
from grader.checkpoint.kit.artefacts import Artefacts
from grader.checkpoint.kit.cells import ANONYMOUS, OWN, PermissionCell
from grader.checkpoint.kit.rng import Rng
from grader.checkpoint.kit.rows import TABLES, Row, Rows
from grader.stage.database import Database
from grader.stage.outcome import Failed

# A row that does not exist: far from all that is there, and within what a key can be.
MISSING = 99_999_999
_AT_ONCE = 4
_MOST_TOLD, _MOST_SHOWN = 3, 5
_OTHERS = {"posts": "contributor2", "comments": "reader2"}
_ORDER = {"GET": 0, "PUT": 1, "PATCH": 1, "POST": 1, "DELETE": 2}
_NAMED = ("id", "created_at", "updated_at")
_COLUMNS = {
    "user": (*_NAMED, "username", "email", "first_name", "last_name", "role", "is_active", "is_superuser", "password"),
    "post": (*_NAMED, "title", "slug", "body", "status", "published_at", "author_id", "category_id"),
    "comment": (*_NAMED, "post_id", "author_id", "body", "status"),
    "category": (*_NAMED, "name", "slug", "description"),
    "tag": (*_NAMED, "name", "slug"),
}


def stored_rows(db: Database) -> dict[str, list[dict[str, Any]]]:
    """All rows of the five models, by kind, with what the briefs name of them."""
    return {kind: db.rows(TABLES[kind], *columns) for kind, columns in _COLUMNS.items()}


@dataclass(frozen=True, slots=True)
class Visit:
    """A cell, the number of its object, and the answer."""

    cell: PermissionCell
    answer: Answer
    changed: bool = False

    @property
    def is_right(self) -> bool:
        """Whether the answer is what the table says, and changed nothing if it is a refusal."""
        return self.answer.status_code == self.cell.status and not self.changed

    def __str__(self) -> str:
        cell, status = self.cell, self.answer.status_code
        about = f" ({cell.state})" if cell.state else ""
        told = "but rows changed" if self.changed else f"not {cell.status}"
        return f"{cell.operation}{about} as {cell.role}: {status}, {told}"


class PermissionWalk:
    """Makes the objects, asks, and fails the check in words and with a picture if an answer is another."""

    def __init__(self, api: Api, rows: Rows, db: Database, rng: Rng, artefact: Artefacts) -> None:
        self._api, self._db, self._rng, self._artefact = api, db, rng, artefact
        self._objects = _Objects(api, rows)
        self._rows = rows

    def run(self, cells: Iterable[PermissionCell]) -> None:
        """Asks these cells. Those that change nothing come first: nothing may have changed when they have ended.

        Of refused changes no row may have been written either, for what was done can be undone before anybody looks.
        """
        wanted = list(cells)
        self._objects.make(wanted)
        self._open = self._rows.post(state="out", author="contributor2").id
        reads = [cell for cell in wanted if cell.method == "GET"]
        refused = [cell for cell in wanted if cell.is_refused and cell.method != "GET"]
        before = stored_rows(self._db)
        visits = self._asked(reads)
        versions = self._versions()
        visits += self._asked(refused)
        if all(visit.is_right for visit in visits):
            touched = _differing(before, stored_rows(self._db)) | _written(versions, self._versions())
            visits = [Visit(v.cell, v.answer, v.cell.is_refused and self._is_about(v.cell, touched)) for v in visits]
        visits += self._asked([cell for cell in wanted if cell.method != "GET" and not cell.is_refused])
        self._judge(visits)

    def _versions(self) -> dict[str, dict[Any, str]]:
        """Which transaction wrote each row. Not of users: when somebody was last seen may be written at any request."""
        return {kind: self._db.versions(TABLES[kind]) for kind in _COLUMNS if kind != "user"}

    def _asked(self, cells: Sequence[PermissionCell]) -> list[Visit]:
        """The answers, several at a time; deletions after all others."""
        visits: list[Visit] = []
        pool = ThreadPoolExecutor(_AT_ONCE)
        try:
            for turn in sorted(set(_ORDER.values())):
                some = [(cell, self._body(cell)) for cell in cells if _ORDER[cell.method] == turn]
                visits += pool.map(lambda one: self._visit(*one), some)
        finally:
            pool.shutdown(cancel_futures=True)  # after one that hangs the others are not asked
        return visits

    def _visit(self, cell: PermissionCell, body: dict[str, Any] | None) -> Visit:
        path = cell.path.format(id=self._objects.id(cell))
        options: dict[str, Any] = {} if body is None else {"json": body}
        who = None if cell.role == ANONYMOUS else cell.role
        return Visit(cell, self._api.request(cell.method, path, as_=who, **options))

    def _body(self, cell: PermissionCell) -> dict[str, Any] | None:
        """A body that is right in every way; none where the operation takes none."""
        if cell.method in ("GET", "DELETE") or (cell.method == "POST" and "{id}" in cell.path):
            return None
        word, whole = self._rng.word(), cell.method != "PATCH"
        match cell.collection:
            case "posts":
                return {"title": self._rng.title(), **({"body": self._rng.sentence()} if whole else {})}
            case "comments":
                return {"body": self._rng.sentence(), **({"post": self._open} if cell.method == "POST" else {})}
            case "users" if cell.path == "/users/me/":
                return {"first_name": word.title()}
            case "users":
                return {"username": word, "email": f"{word}@example.com"}
            case _:
                return {"name": word}

    def _is_about(self, cell: PermissionCell, touched: set[tuple[str, int]]) -> bool:
        kind = {"categories": "category"}.get(cell.collection, cell.collection.removesuffix("s"))
        if "{id}" in cell.path:
            return (kind, self._objects.id(cell)) in touched
        return any(found == kind and not self._objects.has(kind, key) for found, key in touched)

    def _judge(self, visits: list[Visit]) -> None:
        wrong = [visit for visit in visits if not visit.is_right]
        if not wrong:
            return
        self._show(visits, wrong)
        self._api.case.asked = wrong[0].answer.asked.curl()
        told = "; ".join(map(str, wrong[:_MOST_TOLD]))
        more = f"; {len(wrong) - _MOST_TOLD} more" if len(wrong) > _MOST_TOLD else ""
        raise Failed(f"the answers of the tables of task 2, all {len(visits)} of them", f"{told}{more}")

    def _show(self, visits: list[Visit], wrong: list[Visit]) -> None:
        lines = list(dict.fromkeys((visit.cell.operation, visit.cell.state) for visit in wrong))[:_MOST_SHOWN]
        roles = list(dict.fromkeys(visit.cell.role for visit in visits))
        found = {(visit.cell.operation, visit.cell.state, visit.cell.role): visit for visit in visits}
        rows = [
            {
                "label": f"{operation} {state}".strip(),
                "cells": [_shown(found.get((operation, state, role))) for role in roles],
            }
            for operation, state in lines
        ]
        body = msgspec.json.encode({"corner": "Operation", "columns": roles, "rows": rows}).decode()
        case = self._api.case
        id = f"permissions-{case.declared.criterion}{'-public' if case.public else ''}"
        self._artefact(id, "Answers that are not those of the table", "grid", body)


def _differing(before: dict[str, Any], after: dict[str, Any]) -> set[tuple[str, int]]:
    """The rows that are not what they were, by kind and id."""
    return {
        (kind, row["id"])
        for kind in before
        for row in (*before[kind], *after[kind])
        if (row in before[kind]) != (row in after[kind])
    }


def _written(before: dict[str, dict[Any, str]], after: dict[str, dict[Any, str]]) -> set[tuple[str, int]]:
    """The rows that were written, made or deleted meanwhile, by kind and id."""
    return {(kind, key) for kind in before for key, _ in before[kind].items() ^ after[kind].items()}


class _Objects:
    """The objects of a walk: one for each state that is only looked at, one for each cell that changes it."""

    def __init__(self, api: Api, rows: Rows) -> None:
        self._api, self._rows = api, rows
        self._ids: dict[Any, int] = {}
        self._made: set[tuple[str, int]] = set()

    def id(self, cell: PermissionCell) -> int:
        """The number of the cell's object."""
        return MISSING if cell.object is None else self._ids.get(_key(cell), MISSING)

    def has(self, kind: str, key: int) -> bool:
        """Whether the walk itself has made that row."""
        return (kind, key) in self._made

    def make(self, cells: Iterable[PermissionCell]) -> None:
        """Makes all that these cells need, each kind by a few questions."""
        wanted = {_key(cell): cell for cell in cells if cell.object is not None and "{id}" in cell.path}
        for collection in dict.fromkeys(cell.collection for cell in wanted.values()):
            some = {key: cell for key, cell in wanted.items() if cell.collection == collection}
            make = getattr(self, f"_{collection}")
            for key, row in zip(some, make(list(some.values())), strict=True):
                self._ids[key] = row if isinstance(row, int) else row.id

    def _posts(self, cells: list[PermissionCell]) -> list[Row]:
        states = [(self._who(cell, "author"), _of(cell)["status"]) for cell in cells]
        return self._noted(self._rows.posts({"author": who, "state": state} for who, state in states))

    def _comments(self, cells: list[PermissionCell]) -> list[Row]:
        hosts = list(dict.fromkeys((self._who(cell, "post_author", "posts"), _of(cell)["post"]) for cell in cells))
        posts = dict(zip(hosts, self._rows.posts({"author": who, "state": "out"} for who, _ in hosts), strict=True))
        wanted = []
        for cell in cells:
            state = _of(cell)
            post = posts[self._who(cell, "post_author", "posts"), state["post"]]
            fields = {"post": post, "author": self._who(cell, "author"), "status": state["status"]}
            wanted.append(fields | ({"post_state": state["post"]} if state["post"] != "out" else {}))
        return self._noted(self._rows.comments(wanted))

    def _categories(self, cells: list[PermissionCell]) -> list[Row]:
        return self._noted(self._rows.categories({} for _ in cells))

    def _tags(self, cells: list[PermissionCell]) -> list[Row]:
        return self._noted(self._rows.tags({} for _ in cells))

    def _users(self, cells: list[PermissionCell]) -> list[int]:
        others = [cell for cell in cells if _of(cell)["account"] != OWN]
        powers = [{"is_superuser": _of(cell)["account"] == "a superuser's"} for cell in others]
        made = self._noted(self._rows.users(powers))
        self._rows.posts({"author": row} for row, cell in zip(made, others, strict=True) if _wrote(cell, "a post"))
        writers = [row for row, cell in zip(made, others, strict=True) if _wrote(cell, "a comment")]
        if writers:
            post = self._rows.post(state="out", author="contributor2")
            self._rows.comments({"post": post, "author": row} for row in writers)
        keys = iter(made)
        return [self._api.people[cell.role].id if _of(cell)["account"] == OWN else next(keys).id for cell in cells]

    def _noted(self, made: list[Row]) -> list[Row]:
        self._made |= {(row.kind, row.id) for row in made}
        return made

    def _who(self, cell: PermissionCell, of: str, collection: str = "") -> str:
        return cell.role if _of(cell)[of] == OWN else _OTHERS[collection or cell.collection]


def _of(cell: PermissionCell) -> dict[str, str]:
    return cell.object or {}


def _wrote(cell: PermissionCell, what: str) -> bool:
    return _of(cell)["written"] == what


def _key(cell: PermissionCell) -> Any:
    """What tells the cell's object from others: those that change theirs, or might, have one of their own."""
    changes = not cell.is_refused and cell.method != "GET"
    alone = (cell.operation, cell.role) if changes or cell.method == "DELETE" else ()
    owner = cell.role if OWN in _of(cell).values() else ""
    return (cell.collection, tuple(sorted(_of(cell).items())), owner, alone)


def _shown(visit: Visit | None) -> dict[str, str]:
    if visit is None:
        return {"state": "none", "note": ""}
    if visit.is_right:
        return {"state": "yes", "note": str(visit.cell.status)}
    told = "changed rows" if visit.changed else f"not {visit.cell.status}"
    return {"state": "no", "note": f"{visit.answer.status_code}, {told}"}
