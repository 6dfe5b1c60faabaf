# FILE SOLUTION 06
"""`python -m deploy serve | release | rollback | status | smoke`: see docs/deployment.md."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from deploy.commands import release, rollback
from deploy.control import control
from deploy.errors import DeploymentError, UsageError
from deploy.server import Server
from deploy.smoke import complaints
from deploy.target import Target

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
ROOT = Path(__file__).resolve().parent.parent
_say = partial(print, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit code."""
    given = _parser().parse_args(arguments)
    try:
        return _do(given)
    except DeploymentError as wrong:
        print(wrong, file=sys.stderr)
        return FAILED
    except UsageError as wrong:
        print(wrong, file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print("Interrupted: what served before serves on.", file=sys.stderr)
        return INTERRUPTED


def _do(given: argparse.Namespace) -> int:
    if given.what == "smoke":
        wrong = complaints(given.url, host=given.host)
        print("\n".join(wrong) or f"{given.url} is well")
        return FAILED if wrong else DONE
    target = Target.at(given.target)
    host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".*")
    match given.what:
        case "serve":
            target.make()
            asyncio.run(Server(target, given.port).run())
        case "release":
            release(target, given.version, source=given.source, host=host, say=_say)
        case "rollback":
            rollback(target, keep_schema=given.keep_schema, host=host, say=_say)
        case "status":
            with control(target) as deployment:
                print(json.dumps(deployment.ask("status")))
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy", description=__doc__)
    commands = parser.add_subparsers(dest="what", required=True)
    serve = commands.add_parser("serve", help="serve a target until SIGTERM or Ctrl-C")
    one = commands.add_parser(
        "release", help="release a version to a target that is served"
    )
    back = commands.add_parser("rollback", help="let the version before serve again")
    status = commands.add_parser("status", help="what serves, as JSON")
    smoke = commands.add_parser(
        "smoke", help="ask whether what runs at an address is well"
    )
    for command in (serve, one, back, status):
        command.add_argument(
            "target", type=Path, metavar="TARGET", help="the folder of the target"
        )
    serve.add_argument(
        "--port", type=int, default=8000, help="where, on 127.0.0.1; 8000"
    )
    one.add_argument("version", metavar="VERSION", help="a new name, as in v1.4.2")
    one.add_argument(
        "--from",
        dest="source",
        type=Path,
        default=ROOT,
        metavar="DIR",
        help="the project; this one",
    )
    back.add_argument("--keep-schema", action="store_true", help="undo no migration")
    smoke.add_argument("url", metavar="URL", help="http://… or https://…")
    smoke.add_argument("--host", default="", metavar="NAME", help="the name to ask for")
    return parser


if __name__ == "__main__":
    sys.exit(main())
