"""What the turns of a duet say: ratios with intervals, and whether they are on one side of a limit. Pure arithmetic."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from random import Random

# Bounds on what is seen by chance in either direction, of which several are looked at: one in two hundred each.
_TAIL = 0.005
_RESAMPLES = 400
_SMALLEST = 1e-9


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


def estimate(blocks: Sequence[Block], ratio: Callable[[Sequence[Pair]], float], random: Random) -> Estimate:
    """``ratio`` of all pairs, with its interval: by drawing blocks again and again, since what disturbs lasts."""
    drawn = sorted(
        ratio([pair for block in random.choices(blocks, k=len(blocks)) for pair in block]) for _ in range(_RESAMPLES)
    )
    tail = int(_RESAMPLES * _TAIL)
    return Estimate(ratio([pair for block in blocks for pair in block]), drawn[tail], drawn[-1 - tail])


def mean_ratio(pairs: Sequence[Pair]) -> float:
    """R: what the subject's requests took, to what the calibration's did."""
    return sum(p.subject.charged for p in pairs) / sum(p.calibration.latency for p in pairs)


def processor_ratio(pairs: Sequence[Pair]) -> float:
    """E: likewise of processor time, also of that between the requests."""
    return sum(_computed(p.subject) for p in pairs) / max(sum(_computed(p.calibration) for p in pairs), _SMALLEST)


def net_ratio(pairs: Sequence[Pair]) -> float:
    """N: R without the time that both waited for a processor."""
    return sum(p.subject.net for p in pairs) / sum(p.calibration.net for p in pairs)


def p95_ratio(pairs: Sequence[Pair]) -> float:
    """The latency that 95 of 100 requests keep, to the calibration's."""
    return percentile([p.subject.charged for p in pairs]) / percentile([p.calibration.latency for p in pairs])


def net_p95_ratio(pairs: Sequence[Pair]) -> float:
    """The same without the time that both waited for a processor."""
    return percentile([p.subject.net for p in pairs]) / percentile([p.calibration.net for p in pairs])


def percentile(values: Sequence[float], share: float = 0.95) -> float:
    """The smallest value that so many are not above."""
    return sorted(values)[ceil(len(values) * share) - 1]


def decide_mean(blocks: Sequence[Block], limit: float, random: Random) -> Decision:
    """Whether the subject costs at most ``limit`` calibrations.

    Above only if it is by what was waited for and by what is left without waiting for processors; within only if it
    is by the latter and by processor time: noise makes the first larger, a sleeper the last smaller.
    """
    r, e, n = (estimate(blocks, ratio, random) for ratio in (mean_ratio, processor_ratio, net_ratio))
    if min(r.low, n.low) > limit:
        return Decision(Verdict.ABOVE, min(r.value, n.value), (r, e, n))
    if max(e.high, n.high) <= limit:
        return Decision(Verdict.WITHIN, r.value if r.value <= limit else n.value, (r, e, n))
    return Decision(Verdict.UNDECIDED, min(r.low, n.low), (r, e, n))


def decide_p95(blocks: Sequence[Block], limit: float, random: Random) -> Decision:
    """Whether the slowest requests but 5 of 100 take at most ``limit`` calibrations, by the same rule."""
    p, n = (estimate(blocks, ratio, random) for ratio in (p95_ratio, net_p95_ratio))
    if min(p.low, n.low) > limit:
        return Decision(Verdict.ABOVE, min(p.value, n.value), (p, n))
    if n.high <= limit:
        return Decision(Verdict.WITHIN, p.value if p.value <= limit else n.value, (p, n))
    return Decision(Verdict.UNDECIDED, min(p.low, n.low), (p, n))


def _computed(turn: Turn) -> float:
    return turn.computed + turn.beside
