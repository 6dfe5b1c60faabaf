"""`grader worker`: grades what a coordinator sends, on this machine."""

import os
from pathlib import Path

import click

from grader.cli import options as opt
from grader.cli import remote

_QUEUES = ("checks", "performance")


def _queues(context: click.Context, option: click.Parameter, value: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in value.split(",") if name.strip()))
    if not names or not set(names) <= set(_QUEUES):
        raise click.BadParameter(f"{value!r} is not {' or '.join(_QUEUES)}, or both with a comma between")
    return names


def _address(context: click.Context, option: click.Parameter, value: str) -> tuple[str, int] | None:
    if value == "off":
        return None
    host, found, port = value.rpartition(":")
    if not found or not host or not port.isdecimal() or not 0 < int(port) < 1 << 16:
        raise click.BadParameter(f"{value!r} is no address and port, such as 127.0.0.1:9808, and not off")
    return host.strip("[]"), int(port)


@click.command("worker")
@remote.broker_option
@remote.store_option
@remote.key_option
@click.option(
    "--queues", callback=_queues, default="checks", show_default=True, help="checks, performance, or both with a comma."
)
@click.option("--workers", type=click.IntRange(1, 64), help="Gradings at a time of the queue checks [one a core].")
@click.option(
    "--minutes", type=click.FloatRange(0.05, 1440), default=60.0, show_default=True, help="Longest for one grading."
)
@click.option(
    "--metrics",
    callback=_address,
    default="127.0.0.1:9808",
    show_default=True,
    help="Where Prometheus finds metrics, of a second queue at the next port; or off.",
)
@click.option(
    "--allow-process",
    is_flag=True,
    help="Grade without isolation where a coordinator asks for it: work can then read the key.",
)
@opt.course_option
def command(
    broker: str | None,
    store: str | None,
    key_file: Path | None,
    queues: tuple[str, ...],
    workers: int | None,
    minutes: float,
    metrics: tuple[str, int] | None,
    allow_process: bool,
    course_dir: Path | None,
) -> None:
    """Grade on this machine what `grader class --executor celery` sends, until a signal ends it.

    Assignments with gates that measure time are in the queue performance, of which a machine does one at a time; all
    others are in the queue checks.
    """
    from grader.cli.worker_run import Wanted, serve
    from grader.sandbox.temporary import refuse_closed

    elsewhere = remote.needed(broker, store, key_file, 1)
    refuse_closed()
    wanted = Wanted(
        course=opt.find_course(course_dir),
        remote=elsewhere,
        workers=workers or os.cpu_count() or 1,
        longest_s=minutes * 60,
        metrics=metrics,
        state_dir=opt.state_dir(),
        allow_process=allow_process,
    )
    raise click.exceptions.Exit(serve(wanted, queues))
