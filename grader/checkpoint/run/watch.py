"""What each trusted process of a run is doing, as seen from outside: for how long, and with how much processor time.

A thread inside a process cannot end it while C code holds the interpreter (a regular expression, a parser), so the
runner watches. Limits are for the grader's own work: what a project makes a check wait has far shorter ones inside.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from grader.stage.times import BETWEEN_S

# Processor time of the trusted process itself in one check. All checks of a module together take about 5 s of it.
MOST_CPU_S = 60.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Activity:
    """What a process is at: a check or nothing, since when, within what; ``cpu_s`` is what it had used before."""

    doing: str
    since: float
    within_s: float
    cpu_s: float | None = None


class Watch:
    """The activities of all processes of a run, by lane."""

    def __init__(self) -> None:
        self._activities: dict[int, Activity] = {}

    def begin(self, lane: int, doing: str = "", within_s: float = BETWEEN_S) -> None:
        """Notes what a lane does from now on, and how much time that may take."""
        self._activities[lane] = Activity(doing, time.monotonic(), within_s)

    def overdue(self, lane: int, pid: int) -> str:
        """Why the process of that lane has to be ended, as a sentence for staff; "" if it need not be."""
        activity = self._activities[lane]
        used = cpu_seconds(pid)
        if activity.cpu_s is None:
            activity.cpu_s = used
        doing = activity.doing or "no check"
        if used - activity.cpu_s > MOST_CPU_S:
            return f"The trusted process used {MOST_CPU_S:.0f} s of processor time of its own in {doing}."
        if time.monotonic() - activity.since > activity.within_s:
            return f"The trusted process was at {doing} for more than {activity.within_s:.0f} s."
        return ""


def cpu_seconds(pid: int) -> float:
    """Processor time that the process has used, its children's not counted; 0 once it has gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS
