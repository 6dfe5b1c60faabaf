"""Whether a 400 is about a field, whatever its form: how errors look has criteria of its own."""

from collections.abc import Iterable, Iterator
from typing import Any

from grader.checkpoint.kit.answers import Answer
from grader.checkpoint.kit.api import Api
from grader.stage.outcome import Failed

# A body without what it requires, and the field that every project then names, if it names any.
_PATH, _ROLE, _REQUIRED = "/tags/", "editor", "name"


class FieldRefusals:
    """``refused(answer, "title")`` fails the check unless the answer is a 400 on that field; ``None`` stands for any.

    The field is looked for in a JSON pointer, however it is written, in another member of the entry, or among the
    members of the answer. A project that names no field for a plain mistake either is asked for the status alone.
    """

    def __init__(self, api: Api) -> None:
        self._api = api
        self._names_fields: bool | None = None

    def __call__(self, answer: Answer, field: str | None) -> None:
        """Raises Failed for another status, or where another field is named."""
        answer.expect(400)
        named = _named(answer)
        if field is None or field in named or not self._tells():
            return
        raise Failed(f"400 on `{field}` for {answer.asked}", f"400 on {sorted(named)[:5]}")

    def _tells(self) -> bool:
        if self._names_fields is None:
            plain = self._api.post(_PATH, as_=_ROLE, json={})
            self._names_fields = plain.status_code == 400 and _REQUIRED in _named(plain)
        return self._names_fields


def _named(answer: Answer) -> set[str]:
    try:
        said = answer.json()
    except Failed:  # that errors are JSON is for others to judge
        return set()
    if not isinstance(said, dict):
        return set()
    entries = said.get("errors")
    if isinstance(entries, list):
        return set(_fields(entries))
    return set(map(str, entries)) if isinstance(entries, dict) else set(map(str, said))


def _fields(entries: Iterable[Any]) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry, dict):
            for member, value in entry.items():
                if isinstance(value, str) and member not in ("detail", "code"):
                    yield value.removeprefix("#").strip("/").partition("/")[0]
