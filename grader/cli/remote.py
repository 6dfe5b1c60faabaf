"""Options of the commands that talk to other machines: broker, store and key."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.domain.errors import UsageError_

if TYPE_CHECKING:
    from grader.classroom.distributed.envelope import Key
    from grader.cli.class_run import Remote

broker_option = click.option(
    "--broker",
    envvar="GRADER_BROKER",
    metavar="URL",
    help="Redis, Valkey or RabbitMQ, such as redis://host:6379/0 [GRADER_BROKER].",
)
store_option = click.option(
    "--store",
    envvar="GRADER_STORE",
    metavar="URL",
    help="Folder or bucket that coordinator and workers share, such as s3://bucket/class [GRADER_STORE].",
)
key_option = click.option(
    "--key-file",
    type=click.Path(path_type=Path),
    envvar="GRADER_WORKER_KEY_FILE",
    help="The key that messages are signed with [the text in GRADER_WORKER_KEY].",
)


def key(file: Path | None) -> "Key":
    """The key in the file, or in the environment. Raises ``UsageError_`` if there is none."""
    from grader.classroom.distributed.envelope import VARIABLE, read_key

    # Gradings inherit the environment, and have no use for it.
    return read_key(file, os.environ.pop(VARIABLE, None))


def needed(broker: str | None, store: str | None, key_file: Path | None, ahead: int) -> "Remote":
    """Where workers are reached. Raises ``UsageError_`` for what is missing."""
    from grader.cli.class_run import Remote

    if not broker or not store:
        raise UsageError_(
            "it is not said where the workers are reached",
            "Name the broker and the store: --broker redis://host:6379/0 --store /mnt/class.",
        )
    return Remote(broker, store, key(key_file), ahead)
