"""What the turns of a duet say: ratios with intervals, and whether they are on one side of a limit. Pure arithmetic."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from math import ceil
from operator import attrgetter
from random import Random

# Bounds on what is seen by chance in either direction, of which several are looked at: one in two hundred each.
_TAIL = 0.005
_RESAMPLES = 400
_SMALLEST = 1e-9
# The calibration's latency in its processor time: 1.1 on a quiet machine, 3 to 4 where four others want each processor.
_CROWDED = 6.0
_UNASKED = 0.1


@dataclass(frozen=True, slots=True)
class Turn:
    """One request of one side, in seconds.

    ``latency`` is what the asker waited for, ``waited`` how long of it the side was ready to compute and had no
    processor, ``computed`` its processor time meanwhile, ``beside`` that which it took since its turn before, while
    nobody was asking it.
    """

    latency: float
    waited: float
    computed: float
    beside: float = 0.0

    @property
    def charged(self) -> float:
        """The latency, and what was put off until after the answer, or done before it was asked."""
        return self.latency + self.beside

    @property
    def all_computed(self) -> float:
        """Processor time, also of that between the requests."""
        return self.computed + self.beside

    @property
    def net(self) -> float:
        """The same on a machine of its own. Threads that wait in vain take nothing off: what was computed took time."""
        return max(self.latency - self.waited, min(self.computed, self.latency)) + self.beside


@dataclass(frozen=True, slots=True)
class Pair:
    """A request of the calibration and one of the subject, one after the other; ``kind`` is what the latter was."""

    kind: str
    calibration: Turn
    subject: Turn


Block = Sequence[Pair]
Measure = Callable[[Turn], float]

_latency: Measure = attrgetter("latency")
_charged: Measure = attrgetter("charged")
_net: Measure = attrgetter("net")
_computed: Measure = attrgetter("all_computed")


class Verdict(StrEnum):
    """On which side of a limit something is."""

    WITHIN = "within"
    ABOVE = "above"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A ratio, and the interval that it is in."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict and the number to hold against the limit, on the same side of it; the estimates that it rests on."""

    verdict: Verdict
    value: float
    estimates: tuple[Estimate, ...]


def estimate[Sample](samples: Sequence[Sample], ratio: Callable[[Sequence[Sample]], float], random: Random) -> Estimate:
    """``ratio`` of all blocks, a sample each, with its interval: by drawing blocks again and again, for what disturbs
    lasts longer than a request."""
    drawn = sorted(ratio(random.choices(samples, k=len(samples))) for _ in range(_RESAMPLES))
    tail = int(_RESAMPLES * _TAIL)
    return Estimate(ratio(samples), drawn[tail], drawn[-1 - tail])


def _of_means(blocks: Sequence[Block], own: Measure, its: Measure, random: Random) -> Estimate:
    sums = [(sum(own(p.subject) for p in block), sum(its(p.calibration) for p in block)) for block in blocks]
    return estimate(sums, lambda drawn: sum(o for o, _ in drawn) / max(sum(i for _, i in drawn), _SMALLEST), random)


def _of_p95s(blocks: Sequence[Block], own: Measure, its: Measure, random: Random) -> Estimate:
    values = [([own(p.subject) for p in block], [its(p.calibration) for p in block]) for block in blocks]

    def ratio(drawn: Sequence[tuple[list[float], list[float]]]) -> float:
        subject, calibration = (percentile(list(chain.from_iterable(side))) for side in zip(*drawn, strict=True))
        return subject / calibration

    return estimate(values, ratio, random)


def percentile(values: Sequence[float], share: float = 0.95) -> float:
    """The smallest value that so many are not above."""
    return sorted(values)[ceil(len(values) * share) - 1]


def is_crowded(blocks: Sequence[Block]) -> bool:
    """Whether others take the machine so much that nobody can be blamed for what a request costs on it.

    Computing itself is dearer then, and more so for the larger program, whose memory has left the caches meanwhile.
    Who crowds it by computing unasked gains nothing: that does not count as others.
    """
    its = [pair.calibration for block in blocks for pair in block]
    own = [pair.subject for block in blocks for pair in block]
    computed = sum(turn.computed for turn in its)
    slowed = computed > 0 and sum(turn.latency for turn in its) > _CROWDED * computed
    return slowed and sum(turn.beside for turn in own) <= _UNASKED * sum(turn.computed for turn in own)


def decide_mean(blocks: Sequence[Block], limit: float, random: Random) -> Decision:
    """Whether the subject costs at most ``limit`` calibrations: R of means, E of processor time, N of net latency.

    Above only if it is by what was waited for and by what is left without waiting for processors; within only if it
    is by the latter and by processor time: noise makes the first larger, a sleeper the last smaller. Nobody is above on
    a machine that is crowded.
    """
    r = _of_means(blocks, _charged, _latency, random)
    e = _of_means(blocks, _computed, _computed, random)
    n = _of_means(blocks, _net, _net, random)
    if min(r.low, n.low) > limit and not is_crowded(blocks):
        return Decision(Verdict.ABOVE, min(r.value, n.value), (r, e, n))
    if max(e.high, n.high) <= limit:
        return Decision(Verdict.WITHIN, r.value if r.value <= limit else n.value, (r, e, n))
    return Decision(Verdict.UNDECIDED, min(r.low, n.low, limit), (r, e, n))


def decide_p95(blocks: Sequence[Block], limit: float, random: Random) -> Decision:
    """Whether the slowest requests but 5 of 100 take at most ``limit`` calibrations, by the same rule."""
    p, n = _of_p95s(blocks, _charged, _latency, random), _of_p95s(blocks, _net, _net, random)
    if min(p.low, n.low) > limit and not is_crowded(blocks):
        return Decision(Verdict.ABOVE, min(p.value, n.value), (p, n))
    if n.high <= limit:
        return Decision(Verdict.WITHIN, p.value if p.value <= limit else n.value, (p, n))
    return Decision(Verdict.UNDECIDED, min(p.low, n.low, limit), (p, n))
