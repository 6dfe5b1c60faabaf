"""A tool that asks the served application from outside, in a sandbox of its own: its start, and what it reports."""

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from grader.gates.subject import Subject
from grader.sandbox.api import Launch, Limits, Mount, Process

Order = Callable[[Mapping[int, int]], Mapping[str, Any]]


def start_tool(
    subject: Subject,
    stack: ExitStack,
    program: Path,
    order: Order,
    *,
    ports: tuple[int, ...],
    limits: Limits,
    output_limit: int,
    deps: Path | None = None,
    env: Mapping[str, str] | None = None,
    mounts: tuple[Mount, ...] = (),
) -> Process:
    """Starts a program of the grader's that runs the tool; it ends with the ``stack``.

    The program finds its order in the variable TRACK_RUN, as JSON. ``order`` is given the ports inside, by those of
    ``ports``, whose listeners are the process's; ``deps`` are the tool's packages.
    """
    sandbox = subject.sandbox.for_service("tool")
    stack.callback(sandbox.close)
    told = json.dumps(order(sandbox.reserve(ports)))
    launch = Launch(
        ("-c", program.read_text("utf-8")),
        env={"TRACK_RUN": told, **(env or {})},
        mounts=mounts,
        limits=limits,
        ports=ports,
        sources=(),
        cwd="/",
        output_limit=output_limit,
    )
    process = sandbox.start(launch, submission=None, deps=deps)
    stack.callback(process.kill)
    return process


def last_report(output: str) -> Any:
    """The JSON of the last line that was written; ``None`` where it is none."""
    try:
        return json.loads(output.rstrip().rpartition("\n")[2])
    except (ValueError, RecursionError):
        return None
