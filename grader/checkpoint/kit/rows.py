"""The fixture ``rows``: rows of the course's platform in the database that is served, made by the project's own models.

Those of one call are made by a single question. A state in which nobody may save a row is written beside the project.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from grader.checkpoint.kit.api import Api
from grader.checkpoint.kit.remote import Later, also, call, method
from grader.checkpoint.kit.rng import Rng
from grader.stage.database import Database
from grader.stage.outcome import Failed

TABLES = {
    "user": "accounts_user",
    "post": "posts_post",
    "comment": "comments_comment",
    "category": "posts_category",
    "tag": "posts_tag",
}
_LABELS = {
    "user": "accounts.User",
    "post": "posts.Post",
    "comment": "comments.Comment",
    "category": "posts.Category",
    "tag": "posts.Tag",
}
STATES = ("draft", "out", "scheduled", "archived")


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its key, and the values that it was made with."""

    kind: str
    id: int
    values: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None


class Rows:
    """Makes rows that are right in every way but the one that a check is about; what is not said is drawn.

    An author is the name of one of ``api.people``, the key of a user, or a row.
    """

    def __init__(self, api: Api, db: Database, rng: Rng) -> None:
        self._api, self._db, self._rng = api, db, rng

    def users(self, wanted: Iterable[dict[str, Any]]) -> list[Row]:
        """Accounts; contributors unless said otherwise. Nobody can be asked as them."""
        return self._made("user", [self._user(**fields) for fields in wanted])

    def categories(self, wanted: Iterable[dict[str, Any]]) -> list[Row]:
        """Categories with names and slugs."""
        return self._made("category", [self._named(self._rng.title(), fields) for fields in wanted])

    def tags(self, wanted: Iterable[dict[str, Any]]) -> list[Row]:
        """Tags with names and slugs."""
        return self._made("tag", [self._named(self._rng.word(), fields) for fields in wanted])

    def posts(self, wanted: Iterable[dict[str, Any]]) -> list[Row]:
        """Posts, each in a ``state``: draft, out, scheduled or archived; by ``contributor`` unless said otherwise.

        ``category`` is a row or ``None``, ``tags`` are rows. The author may be nobody who could write it now.
        """
        return self._made("post", [self._post(**fields) for fields in wanted])

    def comments(self, wanted: Iterable[dict[str, Any]]) -> list[Row]:
        """Comments by ``reader`` unless said otherwise, pending; each on a ``post``, which is a row, out.

        ``post_state`` is what becomes of the post afterwards.
        """
        given = list(wanted)
        states = {fields["post"].id: fields["post_state"] for fields in given if "post_state" in fields}
        made = self._made("comment", [self._comment(**fields) for fields in given])
        for state in ("draft", "scheduled", "archived"):
            self.move_posts([key for key, chosen in states.items() if chosen == state], state)
        return made

    def user(self, **fields: Any) -> Row:
        """One of ``users``."""
        return self.users([fields])[0]

    def category(self, **fields: Any) -> Row:
        """One of ``categories``."""
        return self.categories([fields])[0]

    def tag(self, **fields: Any) -> Row:
        """One of ``tags``."""
        return self.tags([fields])[0]

    def post(self, **fields: Any) -> Row:
        """One of ``posts``."""
        return self.posts([fields])[0]

    def comment(self, **fields: Any) -> Row:
        """One of ``comments``; on a new post that is out, if none is given."""
        return self.comments([{"post": self.post(state="out"), **fields} if "post" not in fields else fields])[0]

    def move_posts(self, keys: Sequence[int], state: str) -> None:
        """Puts posts into a state, beside the project's own rules."""
        if keys:
            status, published_at = _stored(state)
            values = (status, published_at, list(keys))
            self._db.execute("UPDATE public.posts_post SET status = %s, published_at = %s WHERE id = ANY (%s)", values)

    def _user(self, **fields: Any) -> dict[str, Any]:
        name = self._rng.word()
        return {"username": name, "email": f"{name}@example.com", "password": "!", "role": "contributor", **fields}

    def _named(self, name: str, fields: dict[str, Any]) -> dict[str, Any]:
        return {"name": name, "slug": self._rng.slug(), **fields}

    def _post(self, *, state: str = "draft", author: Any = "contributor", **fields: Any) -> dict[str, Any]:
        status, published_at = _stored(state)
        drawn = {"title": self._rng.title(), "slug": self._rng.slug(), "body": self._rng.sentence()}
        row = {**drawn, "status": status, "published_at": published_at, "author_id": self._key(author), **fields}
        if "category" in row:
            row["category_id"] = self._key(row.pop("category"))
        return row

    def _comment(self, *, post: Any, author: Any = "reader", post_state: str = "", **fields: Any) -> dict[str, Any]:
        drawn = {"body": self._rng.sentence(), "status": "pending"}
        return {**drawn, "post_id": self._key(post), "author_id": self._key(author), **fields}

    def _key(self, of: Any) -> Any:
        return self._api.people[of].id if isinstance(of, str) else getattr(of, "id", of)

    def _made(self, kind: str, wanted: list[dict[str, Any]]) -> list[Row]:
        """Saves them in one question, by authors who may write for as long as that takes."""
        if not wanted:
            return []
        authors = {row["author_id"] for row in wanted} if kind == "post" else set()
        with _Writers(self._db, self._api, authors):
            keys = self._api.app.batch([_program(kind, row) for row in wanted])
        if not all(type(key) is int for key in keys) or len(keys) != len(wanted):
            raise Failed(f"numbers as keys of {_LABELS[kind]}", "something else")
        return [Row(kind, key, row) for key, row in zip(keys, wanted, strict=True)]


class _Writers:
    """While it lasts, those of the people who could not write what is to be made are allowed to."""

    def __init__(self, db: Database, api: Api, authors: set[int]) -> None:
        names = ("reader", "reader2", "inactive", "demoted")
        self._db, self._people = db, [api.people[name] for name in names if api.people[name].id in authors]

    def __enter__(self) -> None:
        if self._people:
            keys = [person.id for person in self._people]
            statement = "UPDATE public.accounts_user SET role = 'contributor', is_active = true WHERE id = ANY (%s)"
            self._db.execute(statement, (keys,))

    def __exit__(self, *_: object) -> None:
        for person in self._people:
            self._db.update(TABLES["user"], {"role": person.role, "is_active": person.is_active}, id=person.id)


def _stored(state: str) -> tuple[str, datetime | None]:
    """The status and the moment with which a post is in a state."""
    now = datetime.now(UTC)
    moments = {"draft": None, "scheduled": now + timedelta(days=1)}
    stored = {"out": "published", "scheduled": "published"}.get(state, state)
    return stored, moments.get(state, now - timedelta(hours=1))


def _program(kind: str, row: dict[str, Any]) -> Later:
    """The steps that save one, and give its key."""
    fields = {name: value for name, value in row.items() if name != "tags"}
    steps = [call((), fields), also(method("save"))]
    if row.get("tags"):
        keys = [tag.id for tag in row["tags"]]
        steps.append(also([["get", "tags"], *method("set", keys)]))
    return Later(_LABELS[kind], (*steps, ["get", "pk"]))
