"""The server that others are measured against, started as a submission is: in a sandbox, with services of its own."""

import json
import shutil
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from grader.domain.errors import EnvironmentError_
from grader.domain.layout import Layout
from grader.gates.performance.side import Side
from grader.stage.serving import serve
from grader.stage.spec import StageSpec
from grader.stage.stage import Stage
from grader.tools.installed import tool_site

_APPLICATION = Path(__file__).with_name("application")
_LAYOUT = Layout(sources=(), application="wsgi:application", health="/", login="", schema="")
_START_S = 30.0
PATH = "/"


def start_calibration(spec: StageSpec, stack: ExitStack) -> Side:
    """The calibration server beside the submission of ``spec``: alike in flags, with nothing in common with it.

    Its packages are the grader's own, so that nothing that a submission brings can make it slow. ``stack`` ends it.

    Raises:
        EnvironmentError_: it cannot be had.
    """
    folder = spec.folder / "calibration"
    shutil.copytree(_APPLICATION, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    site = tool_site(
        "calibration.txt", what="The calibration server", cache=spec.state_dir / "environments", kind=spec.sandbox
    )
    stage = stack.enter_context(closing(Stage(replace(spec, submission=folder, deps=site, layout=_LAYOUT))))
    server = serve(stage, stack, migrate=False)
    services = stage.services
    processes = (server.process, services.postgres_server.process, services.redis_server.process)
    side = Side(server, processes)
    try:
        server.ready_within(_START_S, PATH)
    except (TimeoutError, ConnectionError) as error:
        output = server.output().decode(errors="replace").strip()[-300:]
        raise EnvironmentError_(f"The calibration server did not start: {error}. {output}", "Try again.") from None
    return side


def is_right(body: bytes) -> bool:
    """Whether that is the answer of the calibration server."""
    try:
        return len(json.loads(body)["results"]) == 20
    except (ValueError, KeyError, TypeError):
        return False
