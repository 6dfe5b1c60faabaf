"""Answers the trusted side: reads modules one after the other, each within a limit on processor time.

Requests and answers are those of ``grader/reader/child.py``. A request has two documents for each of some modules: its
dotted name (it ends with a dot for the ``__init__`` of a package) and its source. The answer has for each ``module``
with what it contains, or ``problem`` and ``line``.
"""

import json
import sys
from itertools import batched
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
        documents = [sys.stdin.buffer.read(size) for size in job["sizes"]]
        limit_job(job["cpu_s"])
        answer = _answer(documents)
        limit_job(0)
        sys.stdout.buffer.write(len(answer).to_bytes(4) + answer)
        sys.stdout.buffer.flush()


def _answer(documents: list[bytes]) -> bytes:
    try:
        found = [_facts(name, source) for name, source in batched(documents, 2)]
        answer = json.dumps({"ok": packed(found)}).encode()
        if len(answer) > _MOST_OUTPUT:
            raise Unbounded(f"it stands for more than {_MOST_OUTPUT >> 20} MB")
    except Unbounded as problem:
        answer = json.dumps({"problem": str(problem), "line": None}).encode()
    except MemoryError:
        answer = b'{"memory": true}'
    return answer


def _facts(name: bytes, source: bytes) -> dict[str, Any]:
    try:
        return {"module": module_facts(source, name.decode())}
    except Problem as problem:
        return {"problem": problem.text, "line": problem.line}
    except RecursionError:
        return {"problem": "it is nested too deeply", "line": None}
    except (ImportError, MemoryError):
        raise  # something was not made ready, a fault of ours; or the whole process is at its end
    except Exception as problem:  # a parser that was made to stumble
        return {"problem": f"it cannot be read ({type(problem).__name__})", "line": None}
