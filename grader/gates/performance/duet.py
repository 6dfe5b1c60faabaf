"""The submission's server and the calibration server answer single requests in turn: noise hits both alike."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Protocol

from grader.domain.errors import EnvironmentError_
from grader.gates.performance import calibration
from grader.gates.performance.side import Side, computed, waited
from grader.gates.performance.verdict import Block, Decision, Pair, Turn, Verdict, decide_mean, decide_p95
from grader.gates.performance.visitor import Visit
from grader.sandbox.load import own_wait

FEWEST, MOST = 8, 20  # by four, one that was 1.5 times slower was within its limit by chance
LONGEST_S = 25.0
ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """What the subject is held against, in calibrations: the mean of its requests, and their 95th percentile."""

    mean: float
    p95: float


class Visits(Protocol):
    """Whoever asks the subject."""

    def visits(self) -> Iterator[Visit]:
        """The requests of a block, each to be asked and checked before the next is taken."""

    def look_again(self) -> None:
        """Reads what they changed; not timed. ``Unfit`` if it is not as it has to be."""


@dataclass(frozen=True, slots=True)
class Duet:
    """What was heard: all blocks, and what they say; ``rounds`` is how often it was measured."""

    blocks: tuple[Block, ...]
    mean: Decision
    p95: Decision
    rounds: int = 1

    @property
    def decided(self) -> bool:
        """Whether both limits are."""
        return Verdict.UNDECIDED not in (self.mean.verdict, self.p95.verdict)


def play(subject: Side, calibrated: Side, visits: Visits, limits: Limits, random: Random) -> Duet:
    """Measures until both limits are decided; what is not within ``LONGEST_S`` is measured once more, anew.

    Raises:
        Unfit: an answer of the subject's is wrong.
        EnvironmentError_: the calibration server fails.
    """
    _pair(subject, calibrated, next(visits.visits()))  # the first answer of each pays for what is made once
    heard = _round(subject, calibrated, visits, limits, random)
    while not heard.decided and heard.rounds < ROUNDS:
        heard = replace(_round(subject, calibrated, visits, limits, random), rounds=heard.rounds + 1)
    return heard


def _round(subject: Side, calibrated: Side, visits: Visits, limits: Limits, random: Random) -> Duet:
    blocks: list[Block] = []
    ends = time.monotonic() + LONGEST_S
    while True:
        blocks.append([_pair(subject, calibrated, visit) for visit in visits.visits()])
        visits.look_again()
        if len(blocks) < FEWEST:
            continue
        heard = Duet(tuple(blocks), decide_mean(blocks, limits.mean, random), decide_p95(blocks, limits.p95, random))
        if heard.decided or len(blocks) == MOST or time.monotonic() > ends:
            return heard


def _pair(subject: Side, calibrated: Side, visit: Visit) -> Pair:
    """The calibration first, then the subject, and nothing else in flight."""
    first = subject.loads(), calibrated.loads()
    its = _timed(lambda: _ask(calibrated))
    middle = subject.loads(), calibrated.loads()
    own = _timed(visit.ask)
    last = subject.loads()
    visit.check()
    return Pair(
        visit.kind,
        Turn(its.latency, its.waited + waited(first[1], middle[1]), computed(first[1], middle[1])),
        Turn(
            own.latency,
            own.waited + waited(middle[0], last),
            computed(middle[0], last),
            beside=computed(first[0], middle[0]),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the asker itself took, in seconds, and how long of it without a processor."""

    latency: float
    waited: float


def _ask(side: Side) -> None:
    try:
        answer = side.server.get(calibration.PATH)
    except (ConnectionError, TimeoutError) as error:
        raise EnvironmentError_(f"The calibration server gave no answer: {error}.", "Try again.") from None
    if answer.status_code != 200 or not calibration.is_right(answer.body):
        raise EnvironmentError_(f"The calibration server answered {answer.status_code}.", "Try again.")


def _timed(ask: Callable[[], None]) -> _Asked:
    began, waited_before = time.perf_counter(), own_wait()
    ask()
    return _Asked(time.perf_counter() - began, own_wait() - waited_before)
