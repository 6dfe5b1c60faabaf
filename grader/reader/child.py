"""A program: reads documents one after the other, each within a limit on processor time, until its input ends.

Started as ``python child.py ORDER KIND…``, with the kinds of documents that it is to be ready for. A request is a line
of JSON (``kind``, ``cpu_s``, ``sizes``) and as many bytes as the sizes say; an answer is four bytes of length and JSON:
``ok`` with the value, or ``problem`` and ``line``, or ``memory``.
"""

import json
import sys

ORDER = json.loads(sys.argv[1])
sys.path += ORDER["path"]

from collections.abc import Callable
from typing import Any

from grader.reader.confine import confine, limit_job, or_crash
from grader.reader.documents import Problem, json_text, toml, yaml_text
from grader.reader.values import Unbounded, packed

_MOST_OUTPUT = 8 << 20
Reading = Callable[..., Any]


def reading(kind: str) -> Reading:
    """What reads this kind of document. All that it needs is imported now: later there are no files to import."""
    if kind == "lock":
        from grader.reader.locks import read_lock

        return read_lock
    if kind in ("compose", "workflow"):
        from grader.reader.schema import compose, workflow

        return compose() if kind == "compose" else workflow()
    if kind in ("startup", "ini"):
        from grader.reader.startup import ini, startup

        return startup if kind == "startup" else ini
    if kind == "routes":
        from grader.reader.routes import routes

        return routes
    if kind in ("requirements", "project"):
        from grader.reader.dependencies import read_project, read_requirements

        return read_requirements if kind == "requirements" else read_project
    if kind in ("uv", "pylock"):
        from grader.reader.other_locks import read_pylock, read_uv

        return read_uv if kind == "uv" else read_pylock
    if kind == "imports":
        from grader.reader.imports import imports

        return imports
    if kind == "yaml":
        import yaml  # noqa: F401

        return yaml_text
    return {"toml": toml, "json": json_text}[kind]


def main() -> None:
    """Confine this process, then answer."""
    kinds = {kind: reading(kind) for kind in sys.argv[2:]}
    confine(ORDER["bounds"], nowhere=ORDER["nowhere"])
    sys.stdout.buffer.write(b"ready\n")
    sys.stdout.buffer.flush()
    while header := sys.stdin.buffer.readline():
        job = json.loads(header)
        documents = [sys.stdin.buffer.read(size) for size in job["sizes"]]
        limit_job(job["cpu_s"])
        answer = _answer(kinds[job["kind"]], documents)
        limit_job(0)
        sys.stdout.buffer.write(len(answer).to_bytes(4) + answer)
        sys.stdout.buffer.flush()


def _answer(read: Reading, documents: list[bytes]) -> bytes:
    try:
        answer = json.dumps({"ok": packed(read(*documents))}, ensure_ascii=True).encode()
        if len(answer) > _MOST_OUTPUT:
            raise Unbounded(f"it stands for more than {_MOST_OUTPUT >> 20} MB")
    except Problem as problem:
        answer = json.dumps({"problem": problem.text, "line": problem.line}).encode()
    except Unbounded as problem:
        answer = json.dumps({"problem": str(problem), "line": None}).encode()
    except MemoryError:
        answer = b'{"memory": true}'
    except RecursionError:
        answer = b'{"problem": "it is nested too deeply", "line": null}'
    except ImportError:
        raise  # something was not made ready: a fault of ours
    except Exception as problem:  # a parser that was made to stumble
        answer = json.dumps({"problem": f"it cannot be read ({type(problem).__name__})", "line": None}).encode()
    return answer


if __name__ == "__main__":
    or_crash(main)
