"""A line to the project: the questions that belong together, in a database of their own."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from grader.agent.client import AgentClient, AgentFault
from grader.agent.deadline import WALL_FACTOR
from grader.agent.raised import Raised
from grader.stage.places import OnPostgres, Place
from grader.stage.project import Project
from grader.stage.sqlite.witness import Folder
from grader.stage.times import LONGEST_ANSWER_S

# What the agent raises of an import that does not end.
STILL_LOADING = "StillLoading"


def _imported(op: str, arguments: dict[str, Any]) -> str:
    """The module that a question has the project import first, or ""."""
    root = arguments.get("root", "")
    return root.partition(":")[0] if op == "evaluate" and isinstance(root, str) and ":" in root else ""


@dataclass(slots=True)
class Line:
    """The questions of one check to one agent: begun when the first is put, ended with the check.

    ``seconds`` bound what all its answers are charged together; ``used`` is what they were so far.
    ``prepare`` makes the database when something is first asked of it: a check may move to another one before that.
    """

    project: Project
    place: Place
    mode: str
    seconds: float
    stack: ExitStack
    used: float = 0.0
    deadline: float = field(init=False)
    raised: Raised | None = None
    client: AgentClient | None = None
    opened: ExitStack = field(default_factory=ExitStack)
    prepare: Callable[[], object] | None = None

    def __post_init__(self) -> None:
        self.deadline = time.monotonic() + WALL_FACTOR * self.seconds

    def ask(self, op: str, doing: str = "", **arguments: Any) -> Any:
        """A decoded answer. Raises ``Raised``, ``AgentFault`` or ``Broken``."""
        module = _imported(op, arguments)
        if module in self.project.endless:
            raise self.project.endless[module]
        client = self._client()
        try:
            with self._charged(client):
                return client.ask(op, within_s=self._left(), doing=doing, **arguments)
        except Raised as raised:
            if module and raised.type == STILL_LOADING:
                self.project.endless[module] = raised  # nobody waits for that once more
            raise

    def raw(self, op: str, doing: str = "", **arguments: Any) -> Any:
        """An answer as plain JSON. Raises the same."""
        client = self._client()
        with self._charged(client):
            return client.raw(op, within_s=self._left(), doing=doing, **arguments)

    def sqlite_file(self) -> tuple[Folder, str]:
        """The SQLite file of the check, which begins now if it has not."""
        self._client()
        return self.project.sqlite.open_folder, self.project.sqlite.file

    def release(self) -> None:
        """Ends what has been begun, with every reference and connection it holds; the next question begins anew."""
        self.opened.close()
        self.client = None

    def move(self, place: Place, prepare: Callable[[], object] | None = None) -> None:
        """Goes on in another database."""
        self.release()
        self.place, self.prepare = place, prepare

    def prepared_place(self) -> Place:
        """Its database, which is there from now on."""
        if self.prepare is not None:
            prepare, self.prepare = self.prepare, None
            prepare()
        return self.place

    def postgres_database(self) -> str:
        """The name of its PostgreSQL database, which is there from now on."""
        place = self.prepared_place()
        assert isinstance(place, OnPostgres)
        return place.name

    @contextmanager
    def _charged(self, client: AgentClient) -> Iterator[None]:
        before = client.spent
        try:
            yield
        finally:
            self.used += client.spent - before

    def _left(self) -> float:
        left = self.seconds - self.used
        if left <= 0 or time.monotonic() > self.deadline:
            raise AgentFault("Your project used up the time that this check has.", unsure=True)
        return min(left, LONGEST_ANSWER_S)

    def _client(self) -> AgentClient:
        if self.client is None:
            place = self.prepared_place()
            self.opened = self.stack.enter_context(ExitStack())
            self.client = self.opened.enter_context(self.project.check(self.mode, place))
        elif not self.client.in_check:
            raise AgentFault("Your project had ended the process in which it was being checked.")
        return self.client
