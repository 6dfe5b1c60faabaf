"""Notes what is registered on a connection of SQLite; as a program, what Django registers and how that answers.

The program reads names with arguments as JSON, and needs nothing but Django on its path.
"""

import json
import sys
from typing import Any

RAISED = "raised"


class Recorder:
    """A connection of SQLite that was built without mathematics, so that all that there can be is registered."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[int, Any, bool, bool]] = {}

    def create_function(self, name: str, arguments: int, function: Any, deterministic: bool = False) -> None:
        if name not in ("load_extension", "fts3_tokenizer"):  # what is taken away, Django leaves as it is
            self.found[name] = (arguments, function, deterministic, False)

    def create_aggregate(self, name: str, arguments: int, aggregate: Any) -> None:
        self.found[name] = (arguments, aggregate, False, True)

    def execute(self, statement: str) -> "Recorder":
        assert "ENABLE_MATH_FUNCTIONS" in statement
        return self

    def fetchone(self) -> tuple[int]:
        return (0,)

    def answer(self, name: str, given: list[Any]) -> Any:
        """What the function of that name gives for these, or the aggregate of these; what SQLite takes is no error."""
        try:
            value = self._value(name, given)
        except Exception:
            return RAISED
        return value if value is None or isinstance(value, (str, int, float)) else RAISED

    def _value(self, name: str, given: list[Any]) -> Any:
        _, function, _, is_aggregate = self.found[name]
        if not is_aggregate:
            return function(*given)
        one = function()
        for value in given:
            one.step(value)
        return one.finalize()


if __name__ == "__main__":
    from django.db.backends.sqlite3._functions import register

    register(recorder := Recorder())
    answers = [recorder.answer(name, given) for name, given in json.load(sys.stdin)]
    facts = {name: (arguments, *kind) for name, (arguments, _, *kind) in recorder.found.items()}
    sys.stdout.write(json.dumps([facts, answers]))
