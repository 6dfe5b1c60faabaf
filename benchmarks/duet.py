"""What the combined verdict of the duet would say, and plain p95, of made-up servers on made-up machines.

``python -m benchmarks.duet`` prints the table that is in docs/gates/performance.md. Nothing is measured: what a request
costs, what it waits for, and what of that the kernel can tell are drawn, on machines from idle to far too busy.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from grader.gates.performance.duet import FEWEST, MOST
from grader.gates.performance.limits import OWN, P95_MS, RATIO
from grader.gates.performance.verdict import Block, Pair, Turn, Verdict, decide_mean, percentile

RUNS = 100
_CALIBRATION_S = 0.010
# What kinds of requests cost, in means of the subject: lists, reads and writes of the course's own solution.
_KINDS = (1.2, 1.2, 0.7, 0.7, 0.8, 0.8, 1.3, 1.0, 1.4, 1.2, 1.0, 0.7)
# Of the time that a side waits for a processor, so much the kernel counts; the rest is in the latency and unexplained.
_COUNTED = (0.8, 1.0)
_ASKING_S = 0.001


@dataclass(frozen=True, slots=True)
class Server:
    """By how much it computes more than the course's own solution; sleeps, in its means; and computes unasked."""

    slower: float = 1.0
    sleeps: float = 0.0
    burns: float = 0.0


SERVERS = {
    "the course's own": Server(),
    "1.1 times slower": Server(1.1),
    "1.5 times slower": Server(1.5),
    "1.5 times slower, by sleeping": Server(sleeps=0.5),
    "1.5 times slower, computing unasked": Server(1.5, burns=1.0),
    "3 times slower": Server(3.0),
}
# How many others want each processor, and how much faster or slower than meant the machine is.
MACHINES = {
    "idle": (0.0, 1.0),
    "half busy": (0.6, 1.0),
    "busy": (2.0, 1.0),
    "changing": (-1.0, 1.0),
    "slow": (0.3, 4.0),
}


def main() -> None:
    """Prints the table, of Markdown."""
    print("| server | machine | within | above | undecided | plain p95 within 300 ms |\n|---|---|---|---|---|---|")
    for name, server in SERVERS.items():
        for machine, (load, pace) in MACHINES.items():
            said: Counter[str] = Counter()
            for number in range(RUNS):
                verdict, p95 = play(server, load, pace, Random(f"{name} {machine} {number}"))
                said.update([verdict, "plain" if p95 * 1000 <= P95_MS else ""])
            shown = [f"{said[verdict]}" for verdict in Verdict]
            print(f"| {name} | {machine} | {' | '.join(shown)} | {said['plain']} |")


def play(server: Server, load: float, pace: float, random: Random) -> tuple[Verdict, float]:
    """A duet with the stopping rule of the gate; the verdict, and the raw 95th percentile in seconds."""
    blocks: list[Block] = []
    loads = _loads(load, random)
    while True:
        blocks.append([_pair(server, kind, next(loads), pace, random) for kind in _KINDS])
        if len(blocks) < FEWEST:
            continue
        decision = decide_mean(blocks, RATIO * OWN, random)
        if decision.verdict is not Verdict.UNDECIDED or len(blocks) == MOST:
            return decision.verdict, percentile([p.subject.latency for block in blocks for p in block])


def _loads(load: float, random: Random) -> Iterator[float]:
    """The load at each pair; where it changes, it does at once and stays for a while."""
    current = random.uniform(0, 3)
    while True:
        if random.random() < 0.02:
            current = random.uniform(0, 3)
        yield current if load < 0 else load


def _pair(server: Server, kind: float, load: float, pace: float, random: Random) -> Pair:
    burnt = server.burns * _CALIBRATION_S * pace
    its = _turn(_CALIBRATION_S * pace, 0.0, load + server.burns / 2, random)
    mean = _CALIBRATION_S * OWN * pace
    own = _turn(mean * kind * server.slower, mean * server.sleeps, load + server.burns / 2, random)
    return Pair("", its, Turn(own.latency, own.waited, own.computed, beside=burnt))


def _turn(cost: float, sleeps: float, load: float, random: Random) -> Turn:
    """One request: busier machines make computing itself dearer, too, and whoever waits does so in bursts."""
    computed = cost * random.lognormvariate(0, 0.15) * (1 + 0.05 * load)
    waited = computed * load * random.expovariate(1.0)
    latency = computed + waited + sleeps + _ASKING_S * random.lognormvariate(0, 0.4) * (1 + load)
    return Turn(latency, waited * random.uniform(*_COUNTED), computed)


if __name__ == "__main__":
    main()
