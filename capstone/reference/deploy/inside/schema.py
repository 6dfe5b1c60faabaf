# FILE SOLUTION 06
"""Run by the Python of a release, in its folder: what its migrations are, and undoing them.

schema.py leaves              the last migration of each app, as JSON
schema.py plan                what going back to those on standard input would do, as JSON
schema.py undo FILE           go back to them; rows that have no place there go to FILE first
"""

import json
import os
import sys
from itertools import chain
from pathlib import Path
from typing import Any

import django

django.setup()

from django.apps import apps  # noqa: E402  after setup
from django.core import serializers  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402
from django.db.migrations.migration import Migration  # noqa: E402

Key = tuple[str, str | None]


def main() -> None:
    """Do what the command line says."""
    match sys.argv[1:]:
        case ["leaves"]:
            print(json.dumps(_leaves()))
        case ["plan"]:
            print(json.dumps(_plan()))
        case ["undo", file]:
            _undo(Path(file))
        case _:
            sys.exit(2)


def _leaves() -> dict[str, str]:
    executor = MigrationExecutor(None)  # asks no database
    return dict(executor.loader.graph.leaf_nodes())


def _given() -> dict[str, str]:
    leaves: dict[str, str] = json.loads(sys.stdin.read())
    return leaves


def _targets(executor: MigrationExecutor, leaves: dict[str, str]) -> list[Key]:
    """Where each app that has gone on since has to go back to; apps that left stay as they are."""
    graph = executor.loader.graph
    return [
        (app, leaves.get(app))
        for app, name in graph.leaf_nodes()
        if leaves.get(app) != name
        and (leaves.get(app) is None or (app, leaves[app]) in graph.nodes)
    ]


def _backwards(executor: MigrationExecutor, targets: list[Key]) -> list[Migration]:
    return [one for one, is_back in executor.migration_plan(targets) if is_back]


def _plan() -> dict[str, Any]:
    leaves = _given()
    executor = MigrationExecutor(connection)
    undone = _backwards(executor, _targets(executor, leaves))
    final = [
        one for one in undone if not all(step.reversible for step in one.operations)
    ]
    return {
        "undone": [f"{one.app_label}.{one.name}" for one in undone],
        "irreversible": [f"{one.app_label}.{one.name}" for one in final],
        "unknown": sorted(set(leaves.items()) - set(executor.loader.graph.nodes)),
        "displaced": _displaced(executor, undone),
    }


def _displaced(executor: MigrationExecutor, undone: list[Migration]) -> list[str]:
    """The models that have no table, or lack a column, once these migrations are undone."""
    loader = executor.loader
    gone = {(one.app_label, one.name) for one in undone}
    before = loader.project_state().models
    kept = [node for node in loader.graph.nodes if node not in gone]
    after = loader.graph.make_state(nodes=kept, at_end=True).models if kept else {}
    return sorted(
        f"{app}.{name}"
        for (app, name), model in before.items()
        if (app, name) not in after or set(model.fields) - set(after[app, name].fields)
    )


def _undo(file: Path) -> None:
    leaves = _given()
    executor = MigrationExecutor(connection)
    targets = _targets(executor, leaves)
    labels = _displaced(executor, _backwards(executor, targets))
    _save(file, [label for label in labels if apps.get_model(label)._meta.managed])
    for app, name in targets:
        call_command("migrate", app, name or "zero", interactive=False, verbosity=0)


def _save(file: Path, labels: list[str]) -> None:
    """Every row of these models, as `loaddata` takes it; no file where there is none."""
    managers = [apps.get_model(label)._base_manager for label in labels]
    rows = list(chain.from_iterable(one.order_by("pk").iterator() for one in managers))
    if not rows:
        return
    with os.fdopen(
        os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w"
    ) as out:
        serializers.serialize("json", rows, stream=out, indent=1)
        out.flush()
        os.fsync(out.fileno())


if __name__ == "__main__":
    main()
