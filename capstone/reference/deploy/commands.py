# FILE SOLUTION 06
"""Release a version, and take it back. Whatever fails, what served before serves on."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from deploy import schema
from deploy.control import Control, control
from deploy.errors import DeploymentError
from deploy.smoke import complaints
from deploy.target import Target

Say = Callable[[str], None]


def release(target: Target, version: str, *, source: Path, host: str, say: Say) -> None:
    """Copy, migrate, start beside what serves, smoke test, switch, drain.

    The migration comes first, while the old version answers: it must be able to live with it. If
    the release fails later the migration stays for that reason.

    Raises UsageError, DeploymentError.
    """
    with control(target) as deployment:
        serving = deployment.ask("begin")["current"]
        place = target.add(version, source)
        asked = False  # to switch: from then on the folder is in use
        try:
            schema.collect_static_files(place)
            schema.migrate(place)
            say(f"{version} is migrated")
            _start_and_test(deployment, version, host, say)
            asked = True
            deployment.ask("switch")
        except DeploymentError as wrong:
            _abandon(deployment)
            if target.current != version:
                target.forget(version)
            raise _with_what_serves(wrong, serving) from None
        except BaseException:
            if not asked:
                target.forget(version)
            raise
    say(f"{version} serves" + (f" instead of {serving}" if serving else ""))


def rollback(target: Target, *, keep_schema: bool, host: str, say: Say) -> None:
    """Let the version before serve again, then undo the migrations that it does not have.

    In this order: the version before can live with the newer schema, the newer version not with
    the older one. Rows of tables and columns that go are saved in the target's folder `undone`.

    Raises UsageError, DeploymentError.
    """
    with control(target) as deployment:
        bad = deployment.ask("begin")["current"]
        before = target.replaced_by(bad) if bad else None
        if bad is None or before is None:
            raise DeploymentError("There is no release before this one to go back to.")
        wanted = {} if keep_schema else schema.leaves(target.release(before))
        planned = {} if keep_schema else schema.plan(target.release(bad), wanted)
        if planned.get("irreversible"):
            names = ", ".join(planned["irreversible"])
            raise DeploymentError(
                f"{names} cannot be undone, and {bad} serves on. Leave the schema (--keep-schema),"
                " or restore a backup."
            )
        try:
            _start_and_test(deployment, before, host, say)
            deployment.ask("switch")
        except DeploymentError as wrong:
            _abandon(deployment)
            raise _with_what_serves(wrong, bad) from None
        say(f"{before} serves instead of {bad}")
        if planned.get("undone"):
            _undo(target, bad, wanted, planned["displaced"], say)


def _start_and_test(deployment: Control, version: str, host: str, say: Say) -> None:
    port = deployment.ask("start", version=version)["port"]
    if wrong := complaints(f"http://127.0.0.1:{port}", host=host):
        raise DeploymentError(f"{version} failed its smoke test: {'; '.join(wrong)}.")
    say(f"{version} passed its smoke test")


def _abandon(deployment: Control) -> None:
    """Wait until what was started beside what serves has ended, if the server is still there."""
    with contextlib.suppress(DeploymentError):
        deployment.ask("abandon")


def _undo(
    target: Target, bad: str, wanted: dict[str, str], displaced: list[str], say: Say
) -> None:
    file = (
        target.root
        / "undone"
        / f"{bad}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.json"
    )
    try:
        schema.undo(target.release(bad), wanted, save=file)
    except DeploymentError as wrong:
        raise DeploymentError(
            f"{wrong} The version before serves, on the schema of {bad}: mend it by hand."
        ) from None
    say(f"the migrations of {bad} are undone")
    if file.exists():
        say(f"rows of {', '.join(displaced)} are saved in {file}")


def _with_what_serves(wrong: DeploymentError, version: str | None) -> DeploymentError:
    return DeploymentError(
        f"{wrong} {f'{version} serves on.' if version else 'Nothing serves.'}"
    )
