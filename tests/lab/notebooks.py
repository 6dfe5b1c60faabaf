"""Notebooks as learners hand them in, made from the one that they receive: right, wrong, broken and hostile."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]
NAMES = ("percentile", "of_all_hosts", "good_and_valid", "budget_left", "burn_rate", "should_page", "from_buckets")


def load(path: Path) -> Notebook:
    notebook: Notebook = json.loads(path.read_text("utf-8"))
    return notebook


def cell(notebook: Notebook, grade_id: str) -> dict[str, Any]:
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def code(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "id": "own", "metadata": {}, "outputs": [], "execution_count": None, "source": source}


def with_first(source: str) -> Callable[[Notebook], Notebook]:
    """The notebook with a cell of the learner's before all others."""

    def change(notebook: Notebook) -> Notebook:
        notebook = deepcopy(notebook)
        notebook["cells"].insert(0, code(source))
        return notebook

    return change


def answered(**answers: str) -> Callable[[Notebook], Notebook]:
    """The notebook with these answers, by grade id with ``_`` for ``-``."""

    def change(notebook: Notebook) -> Notebook:
        notebook = deepcopy(notebook)
        for name, source in answers.items():
            cell(notebook, name.replace("_", "-"))["source"] = source
        return notebook

    return change


def without(*grade_ids: str) -> Callable[[Notebook], Notebook]:
    """The notebook with these cells deleted."""

    def change(notebook: Notebook) -> Notebook:
        gone = [cell(notebook, name) for name in grade_ids]
        return notebook | {"cells": [c for c in notebook["cells"] if c not in gone]}

    return change


def doubled(grade_id: str) -> Callable[[Notebook], Notebook]:
    """The notebook with this cell copied, as Jupyter copies it: with its metadata."""

    def change(notebook: Notebook) -> Notebook:
        notebook = deepcopy(notebook)
        at = notebook["cells"].index(cell(notebook, grade_id))
        notebook["cells"].insert(at, deepcopy(notebook["cells"][at]))
        return notebook

    return change


def forged_metadata(notebook: Notebook) -> Notebook:
    """Tests that test nothing, worth a thousand points; the identities of cells exchanged, locks taken off."""
    notebook = deepcopy(notebook)
    for one in notebook["cells"]:
        marks = one["metadata"].get("nbgrader")
        if marks and marks["grade"] and one["cell_type"] == "code":
            one["source"] = "pass"
            marks |= {"points": 1000, "locked": False, "checksum": "0" * 32}
        elif marks and marks["solution"]:
            marks |= {"grade": True, "points": 1000, "solution": False, "task": True, "schema_version": 99}
    cell(notebook, "percentile-tests")["metadata"]["nbgrader"]["grade_id"] = "policy"
    notebook["metadata"]["kernelspec"] = {"name": "evil", "language": "sh", "display_name": "evil"}
    return notebook


ALWAYS = f"""
class Always:
    def __eq__(self, other): return True
    def __hash__(self): return 1
    def __call__(self, *args, **kwargs): return self
    def __getattr__(self, name): return self
    def __bool__(self): return True
    __lt__ = __le__ = __gt__ = __ge__ = __ne__ = __eq__
    def __float__(self): return 1.0
class Text(str):
    __eq__ = lambda self, other: True
    __hash__ = str.__hash__
{" = ".join(NAMES)} = Always()
"""
READS = """
import glob, os, subprocess
found = []
for place in ("/", "/grader", "/deps", "/tmp", "/proc", "/root", "/home", os.getcwd()):
    for folder, _, names in os.walk(place):
        if folder.count("/") > 6 or "/proc/self" in folder:
            continue
        for name in names:
            if name.endswith((".ipynb", ".db", ".toml")) or name in ("cmdline", "environ", "mountinfo"):
                try:
                    found.append((os.path.join(folder, name), open(os.path.join(folder, name), "rb").read()[:4000]))
                except OSError:
                    pass
import gc
for one in gc.get_objects():
    if isinstance(one, dict) and "source" in one:
        found.append(str(one)[:4000])
print(found)
"""
FORGES = """
import json, os, sys
line = json.dumps({"text": "", "error": "", "line": 0, "unsure": False})
for _ in range(40):
    print(line)
    print("score: 12/12", file=sys.stderr)
for fd in range(3, 12):
    for _ in range(40):
        try:
            os.write(fd, (line + "\\n").encode())
        except OSError:
            break
"""
AHEAD = """
import json, os
for fd in range(3, 12):
    try:
        os.write(fd, b'{"id": "0", "ok": ["value", 1]}\\n' * 100)
    except OSError:
        pass
"""
PATCHES = f"""
import gc, sys
ip = get_ipython()
ip.run_cell = ip.run_cell_async = ip.run_code = lambda *a, **k: None
ip.ast_transformers.append(type("T", (), {{"visit": lambda self, node: type(node)(body=[], type_ignores=[])}})())
ip.input_transformers_cleanup.append(lambda lines: ["pass\\n"])
main = sys.modules["__main__"]
for one in gc.get_objects():
    if type(one).__name__ == "Kernel":
        type(one).answer = lambda self, question: {{"ok": True if question["op"] != "kind" else ["callable", None]}}
import builtins, math
builtins.AssertionError = type("AssertionError", (BaseException,), {{}})
math.isclose = lambda *a, **k: True
{" = ".join(NAMES)} = lambda *a, **k: True
"""
DAEMON = """
import json, os, threading, time
if os.fork() == 0:
    os.setsid()
    while True:
        for fd in range(3, 12):
            try:
                question = json.loads(os.read(fd, 65536).split(b"\\n")[0])
                answer = ["callable", None] if question["op"] == "kind" else True
                os.write(fd, json.dumps({"id": question["id"], "ok": answer}).encode() + b"\\n")
            except (OSError, ValueError):
                pass
def later():
    time.sleep(0.5)
    open("/tmp/result.json", "w").write('{"score": 12}')
threading.Thread(target=later, daemon=True).start()
"""
RECORDS = """
import os
SEEN = []
def percentile(values, p):
    SEEN.append((list(values)[:5], p))
    with open("/tmp/seen", "a") as file:
        file.write(f"{(list(values)[:5], p)}\\n")
    os.write(1, f"SEEN {values[:5]} {p}".encode())
    print("SEEN", values[:5], p)
    if len(values) == 1:
        raise type(f"Saw_{values[0]}_{p}".replace(".", "_"), (KeyError,), {})(f"SEEN {values} {p}")
    from fractions import Fraction
    from math import ceil
    if not values or not 0 < p <= 100:
        raise ValueError(f"SEEN {values} {p}")
    return sorted(values)[ceil(Fraction(str(p)) * len(values) / 100) - 1]
"""
TELLS = """
def of_all_hosts(hosts, p):
    raise (KeyError if any(p == 0.1 for _, p in SEEN) else IndexError)(SEEN)
print(SEEN, open("/tmp/seen").read())
"""
HANGS = """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""
MARKUP = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>\n::set-output name=a::b\n\x1b[2J[x](javascript:alert(3))"
)

HOSTILE: dict[str, Callable[[Notebook], Notebook]] = {
    "reads": with_first(READS),
    "forges": with_first(FORGES),
    "ahead": with_first(AHEAD),
    "patches": with_first(PATCHES),
    "always-equal": with_first(ALWAYS),
    "always-answered": answered(percentile=ALWAYS, of_all_hosts=ALWAYS, burn_rate=ALWAYS, from_buckets=ALWAYS),
    "daemon": with_first(DAEMON),
    "metadata": forged_metadata,
    "leaves": with_first("import os; os._exit(0)"),
    "exits": with_first("import sys; sys.exit(0)"),
    "memory": with_first("x = []\nwhile True: x.append(bytearray(50_000_000))"),
    "forks": with_first("import os\nwhile True:\n    try: os.fork()\n    except OSError: break"),
    "prints": with_first("import os\nfor _ in range(100): print('x' * 1_000_000); os.write(1, b'y' * 50_000)"),
    "numbers": answered(percentile="def percentile(values, p): return 10 ** 5000"),
    "hangs": answered(percentile=HANGS),
    "markup": answered(percentile=f"print({MARKUP!r})", policy=MARKUP),
}
