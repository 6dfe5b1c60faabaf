"""Twenty people at once: they comment and read. What counts is what fails, is wrong, gets lost or comes twice."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from grader.gates.performance.api import Api, Unfit
from grader.gates.performance.timed import Timed
from grader.gates.performance.visitor import Unanswered, visit

PEOPLE, TURNS = 20, 5
_STORED = "SELECT body, count(*) FROM public.comments_comment WHERE body = ANY (%s) GROUP BY body"
_TOGETHER_S = 30.0
# What takes long is no fault here, and on a busy machine everything does; what never comes is one.
WITHIN_S = 120.0


@dataclass(frozen=True, slots=True)
class Spike:
    """How many comments were sent, and what went wrong, a sentence for each thing."""

    sent: int
    failures: tuple[str, ...]
    lost: tuple[str, ...]
    doubled: tuple[str, ...]

    @property
    def wrong(self) -> tuple[str, ...]:
        """All together, writes first."""
        return (*self.doubled, *self.lost, *self.failures)


@dataclass(slots=True)
class _Person:
    """One of them: what they write to which post, what of it was acknowledged, and what went wrong."""

    api: Api
    comments: Sequence[tuple[int, str]]
    acknowledged: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def act(self, together: threading.Barrier) -> None:
        """A comment and a page, again and again, from when all are there; whoever gets no answer gives up."""
        together.wait(_TOGETHER_S)
        try:
            for post, body in self.comments:
                if self._comments(post, body):
                    self.acknowledged.append(body)
                self._reads(post)
        except Unanswered as none:
            self.failures.append(str(none))

    def _comments(self, post: int, body: str) -> bool:
        def right(said: dict[str, object]) -> bool:
            return said["body"] == body and said["post"] == post

        return self._succeeds(*("POST", "/comments/", 201, right, {"post": post, "body": body}))

    def _reads(self, post: int) -> None:
        self._succeeds("GET", f"/posts/{post}/", 200, lambda said: said["id"] == post, None)

    def _succeeds(self, method: str, path: str, wanted: int, right: object, body: object) -> bool:
        asked = visit("", self.api, method, path, wanted, right, body)  # type: ignore[arg-type]
        try:
            asked.ask(WITHIN_S)
            asked.check()
        except Unanswered:
            raise
        except Unfit as unfit:
            self.failures.append(str(unfit))
            return False
        return True


def spike(timed: Timed) -> Spike:
    """Lets all of them act at once, then looks into the database from outside."""
    people = [_Person(timed.readers[role], _comments(timed)) for role in _roles(timed)]
    together = threading.Barrier(PEOPLE)
    with ThreadPoolExecutor(PEOPLE, thread_name_prefix="person") as pool:
        for done in [pool.submit(person.act, together) for person in people]:
            done.result()
    sent = [body for person in people for _, body in person.comments]
    acknowledged = [body for person in people for body in person.acknowledged]
    with timed.postgres.reader(timed.database) as connection:
        stored: dict[str, int] = dict(connection.execute(_STORED, [sent]).fetchall())
    return Spike(
        len(sent),
        tuple(failure for person in people for failure in person.failures),
        tuple("A comment that was answered 201 is not in the database." for body in acknowledged if body not in stored),
        tuple("A comment that was sent once is there more than once." for body in sent if stored.get(body, 0) > 1),
    )


def _roles(timed: Timed) -> list[str]:
    roles = [role for role in timed.readers if role]
    return [roles[number % len(roles)] for number in range(PEOPLE)]


def _comments(timed: Timed) -> list[tuple[int, str]]:
    published = timed.visitor.published
    return [(timed.random.choice(published), timed.readers["editor"].phrase(20)) for _ in range(TURNS)]
