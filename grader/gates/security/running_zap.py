"""Runs inside the tool's sandbox: OWASP ZAP's baseline on the addresses given, and its report on standard output.

The order comes in the variable TRACK_RUN, as JSON: ``port`` that the application is asked at, ``paths`` to begin with,
``minutes`` for following links; the program in TRACK_ZAP. What the baseline does is written as a plan of ZAP's
automation: follow links, wait until everything that came by has been looked at, report. Nothing is attacked. The last
line of the output is a JSON object. It imports nothing of the grader.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

_OWN = Path(tempfile.mkdtemp())
_REPORT = "report.json"
_LONGEST, _LARGEST = 2_000, 8 << 20


def main() -> None:
    """Does as it is ordered."""
    order, program = json.loads(os.environ.pop("TRACK_RUN")), os.environ.pop("TRACK_ZAP")
    os.environ["HOME"] = str(_OWN)
    plan = _OWN / "plan.yaml"
    plan.write_text(json.dumps(_plan(order)), "utf-8")  # JSON is YAML, too
    words = [program, "-cmd", "-silent", "-dir", str(_OWN / "home"), "-autorun", str(plan)]
    done = subprocess.run(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    said = {"status": done.returncode, "said": done.stdout.decode(errors="replace")[-_LONGEST:], "report": _report()}
    sys.stdout.write("\n" + json.dumps(said) + "\n")
    sys.stdout.flush()
    os._exit(0)


def _plan(order: dict[str, Any]) -> dict[str, Any]:
    base, minutes = f"http://127.0.0.1:{order['port']}", order["minutes"]
    requests = [{"url": base + path, "method": "GET"} for path in order["paths"]]
    jobs = [
        {"type": "requestor", "requests": requests},
        {"type": "spider", "parameters": {"context": "served", "url": base, "maxDuration": minutes, "maxDepth": 4}},
        {"type": "passiveScan-wait", "parameters": {"maxDuration": minutes}},
        {
            "type": "report",
            "parameters": {"template": "traditional-json", "reportDir": str(_OWN), "reportFile": _REPORT},
        },
    ]
    contexts = [{"name": "served", "urls": [base], "includePaths": [f"{base}.*"]}]
    return {"env": {"contexts": contexts, "parameters": {"failOnError": False, "failOnWarning": False}}, "jobs": jobs}


def _report() -> Any:
    """The report, if it is one that can be passed on."""
    path = _OWN / _REPORT
    if not path.is_file() or path.stat().st_size > _LARGEST:
        return None
    try:
        return json.loads(path.read_text("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


if __name__ == "__main__":
    main()
