# FILE SOLUTION 06
"""`python -m chaos run [NAME …]` and `python -m chaos list`: see chaos/README.md."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from redis.exceptions import RedisError

from chaos.errors import StartError, UsageError
from chaos.experiments import EXPERIMENTS, Experiment
from chaos.platform import web_port
from chaos.promises import Promises, time_factor
from chaos.stage import READY, Stage, staged

KEPT, BROKEN, USAGE, NOT_STARTED, INTERRUPTED = 0, 1, 2, 3, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit code."""
    given = _parser().parse_args(arguments)
    if given.what == "list":
        for one in EXPERIMENTS:
            print(f"{one.name:<15} {one.fault}")
        return KEPT
    try:
        return _run(_chosen(given.names), given.json)
    except UsageError as wrong:
        print(wrong, file=sys.stderr)
        return USAGE
    except StartError as wrong:
        print(f"The experiments could not go on. {wrong}", file=sys.stderr)
        return NOT_STARTED
    except (psycopg.Error, RedisError) as wrong:
        print(f"A service does not answer the experiments: {wrong}", file=sys.stderr)
        return NOT_STARTED
    except KeyboardInterrupt:
        print("Interrupted; what was started is ended.", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    commands = parser.add_subparsers(dest="what", required=True)
    commands.add_parser(
        "list", help="the names of all experiments, and what each breaks"
    )
    run = commands.add_parser("run", help="start the application and run experiments")
    run.add_argument("names", nargs="*", metavar="NAME", help="which; without any, all")
    run.add_argument(
        "--json", type=Path, metavar="FILE", help="what was seen, for programs"
    )
    return parser


def _chosen(names: Sequence[str]) -> list[Experiment]:
    by_name = {one.name: one for one in EXPERIMENTS}
    if unknown := [name for name in names if name not in by_name]:
        raise UsageError(
            f"There is no experiment {unknown[0]!r}. These there are: {', '.join(by_name)}."
        )
    return [by_name[name] for name in names] or list(EXPERIMENTS)


def _run(experiments: Sequence[Experiment], file: Path | None) -> int:
    time_factor()  # before anything is started
    web_port()
    done: list[dict[str, Any]] = []
    _write(file, done)
    try:
        with staged() as stage:
            for experiment in experiments:
                done.append(_tried(stage, experiment))
                _write(file, done)
                if done[-1]["outcome"] == "broken" and experiment != experiments[-1]:
                    stage.platform.stop()  # the next one begins with an application that is well
                    stage.platform.start()
    except StartError as wrong:
        if not _is_broken(done):
            raise
        print(f"The other experiments were not tried. {wrong}", file=sys.stderr)
    return BROKEN if _is_broken(done) else KEPT


def _is_broken(done: Sequence[dict[str, Any]]) -> bool:
    return any(one["outcome"] == "broken" for one in done)


def _tried(stage: Stage, experiment: Experiment) -> dict[str, Any]:
    """Run one, and say how it went."""
    promises, began = Promises(), datetime.now(UTC)
    begin = time.monotonic()
    stage.platform.log_in()
    try:
        if promises.eventually(
            "the application is well at first", stage.ready, READY, 30
        ):
            experiment.run(stage, promises)
    except (LookupError, TypeError, ValueError) as odd:
        promises.note("answers are what the API promises", False, repr(odd))
    seconds = time.monotonic() - begin
    outcome = "broken" if promises.broken else "kept"
    count = f"{len(promises.noted)} promises"
    print(f"{outcome:<7} {experiment.name:<15} {seconds:6.1f} s  {count}", flush=True)
    for promise in promises.broken:
        print(f"        {promise.promise}: {promise.observed}", flush=True)
    return {
        "name": experiment.name,
        "fault": experiment.fault,
        "outcome": outcome,
        "began": began.isoformat(),
        "seconds": round(seconds, 3),
        "promises": [promise._asdict() for promise in promises.noted],
    }


def _write(file: Path | None, done: list[dict[str, Any]]) -> None:
    """What was seen so far, if somebody wants it. Raises UsageError."""
    if file is None:
        return
    try:
        file.write_text(json.dumps({"experiments": done}, indent=2) + "\n", "utf-8")
    except OSError as wrong:
        raise UsageError(f"{file} cannot be written: {wrong.strerror}.") from None


if __name__ == "__main__":
    sys.exit(main())
