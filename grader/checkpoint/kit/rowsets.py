"""Which rows a queryset gives, told by what the rows are and not by their keys alone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from grader.domain.words import words
from grader.stage.outcome import Failed

_MOST_TOLD = 2


def expect_rows(
    found: Iterable[Any],
    wanted: Iterable[Any],
    *,
    of: str,
    by: Sequence[str] = ("status", "published_at"),
    ordered: bool = False,
) -> None:
    """Fails unless a queryset gives the rows that are ``wanted``, each once; ``ordered``, in that order.

    ``of`` names the queryset in the learner's words, such as ``published()``; ``by`` are the fields that tell why a row
    belongs to it or does not. Rows are the project's objects, or keys where none is to be looked at.
    """
    rows = list(found)
    keys = [_key(row) for row in rows]
    gave, asked = dict(zip(keys, rows, strict=True)), {_key(row): row for row in wanted}
    told = [
        *(f"row {key} besides{_fields(row, by)}" for key, row in gave.items() if key not in asked),
        *(f"no row {key}{_fields(row, by)}" for key, row in asked.items() if key not in gave),
        *(f"row {key} {times} times" for key, times in Counter(keys).items() if times > 1),
    ]
    if not told and ordered and keys != list(asked):
        told = [f"they come as {words(keys).strip('[]')}"]
    if told:
        listed = ", ".join(str(key) for key in (asked if ordered else sorted(asked)))
        expected = f"{'row' if len(asked) == 1 else 'rows'} {listed}" if asked else "no row"
        expected += " in this order" if ordered and len(asked) > 1 else ""
        more = f" and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
        raise Failed(f"{of} gives {expected}", "; ".join(told[:_MOST_TOLD]) + more)


def _key(row: Any) -> Any:
    key = row if isinstance(row, int) else row.pk
    if not isinstance(key, (int, str)):
        raise Failed("rows that have a key", words(key))
    return key


def _fields(row: Any, by: Sequence[str]) -> str:
    if isinstance(row, int) or not by:
        return ""
    return f" ({', '.join(f'{name} {words(getattr(row, name))}' for name in by)})"
