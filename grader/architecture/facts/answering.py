"""Answers the trusted side: reads modules one after the other, each within a limit on processor time.

Requests and answers are those of ``grader/reader/child.py``. A request has two documents, the module's dotted name (it
ends with a dot for the ``__init__`` of a package) and its source.
"""

import json
import sys
from typing import Any

from grader.architecture.facts.module import module_facts
from grader.architecture.facts.syntax import make_ready
from grader.reader.confine import confine, limit_job
from grader.reader.documents import Problem
from grader.reader.values import Unbounded, packed

_MOST_OUTPUT = 8 << 20


def serve(order: dict[str, Any]) -> None:
    """Confine this process, then answer until the input ends."""
    make_ready()
    confine(order["bounds"], nowhere=order["nowhere"])
    sys.stdout.buffer.write(b"ready\n")
    sys.stdout.buffer.flush()
    while header := sys.stdin.buffer.readline():
        job = json.loads(header)
        name, source = (sys.stdin.buffer.read(size) for size in job["sizes"])
        limit_job(job["cpu_s"])
        answer = _answer(name, source)
        limit_job(0)
        sys.stdout.buffer.write(len(answer).to_bytes(4) + answer)
        sys.stdout.buffer.flush()


def _answer(name: bytes, source: bytes) -> bytes:
    try:
        answer = json.dumps({"ok": packed(module_facts(source, name.decode()))}).encode()
        if len(answer) > _MOST_OUTPUT:
            raise Unbounded(f"it stands for more than {_MOST_OUTPUT >> 20} MB")
    except Problem as problem:
        answer = json.dumps({"problem": problem.text, "line": problem.line}).encode()
    except Unbounded as problem:
        answer = json.dumps({"problem": str(problem), "line": None}).encode()
    except RecursionError:
        answer = b'{"problem": "it is nested too deeply", "line": null}'
    except MemoryError:
        answer = b'{"memory": true}'
    except ImportError:
        raise  # something was not made ready: a fault of ours
    except Exception as problem:  # a parser that was made to stumble
        answer = json.dumps({"problem": f"it cannot be read ({type(problem).__name__})", "line": None}).encode()
    return answer
