"""Runs inside the tool's sandbox: schemathesis, for each phase as each role, and all reports on standard output.

One process makes all runs: what it has worked out of the document in the first serves the others. The order comes in
the variable TRACK_RUN, as JSON, the path of the document in TRACK_DOCUMENT; before each phase the grader is asked, at
the port ``control``, to start anew, and before each run it is told which one comes.
"""

import contextlib
import io
import json
import os
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_OWN = Path(tempfile.mkdtemp())
_REPORT, _EVENTS = _OWN / "report.json", _OWN / "events.ndjson"
_MOST_FAILURES = 60
_LONGEST = 2_000


def main() -> None:
    """Does as it is ordered; the last line of the output is a JSON list of reports."""
    order = json.loads(os.environ.pop("TRACK_RUN"))
    arguments = ["run", os.environ.pop("TRACK_DOCUMENT"), *order["arguments"]]
    os.chdir(_OWN)  # empty: its configuration is looked for from here upwards
    reports = []
    for phase in order["phases"]:
        _ask(f"http://127.0.0.1:{order['control']}/{phase}")
        for number, (role, port) in enumerate(order["ports"].items()):
            _ask(f"http://127.0.0.1:{order['control']}/{phase}/{number}")
            reports.append({"phase": phase, "role": role, **_run([*arguments, "--phases", phase], port)})
    sys.stdout.write("\n" + json.dumps(reports) + "\n")
    sys.stdout.flush()
    os._exit(0)


def _ask(url: str) -> None:
    """Tells the grader what comes next, and waits until it may."""
    with urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=240):
        pass


def _run(arguments: list[str], port: int) -> dict[str, Any]:
    """One run: how it ended, the end of what was said, and the report without what can be very long."""
    from schemathesis.cli import schemathesis  # type: ignore[import-not-found, unused-ignore]

    for file in (_REPORT, _EVENTS):
        file.unlink(missing_ok=True)
    (_OWN / "empty.toml").write_text("")
    words = ["--config-file", str(_OWN / "empty.toml"), *arguments, "--url", f"http://127.0.0.1:{port}"]
    words += ["--report", "json,ndjson", "--report-json-path", str(_REPORT), "--report-ndjson-path", str(_EVENTS)]
    said, began = io.StringIO(), time.process_time()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said), contextlib.suppress(SystemExit):
        schemathesis.main(words, prog_name="schemathesis")
    report = json.loads(_REPORT.read_text("utf-8")) if _REPORT.exists() else {}
    kept = {key: report.get(key) for key in ("operations", "test_cases", "complete", "stop_reason")}
    kept["errors"] = [str(entry.get("title"))[:_LONGEST] for entry in report.get("errors") or []][:_MOST_FAILURES]
    return {
        "said": said.getvalue()[-_LONGEST:],
        "failures": _failures(),
        "cpu_s": round(time.process_time() - began, 1),
        **kept,
    }


def _failures() -> list[dict[str, Any]]:
    """What failed, once for each operation, check, title and status: the shortest request that shows it."""
    found: dict[tuple[object, ...], dict[str, Any]] = {}
    with contextlib.suppress(OSError), _EVENTS.open(encoding="utf-8") as lines:
        for line in lines:
            finished = json.loads(line).get("ScenarioFinished")
            for failure in _of(finished["recorder"]) if finished else ():
                key = tuple(failure[part] for part in ("operation", "check", "title", "status"))
                if key not in found or len(str(failure)) < len(str(found[key])):
                    found[key] = failure
    return list(found.values())[:_MOST_FAILURES]


def _of(recorder: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for case, checks in (recorder.get("checks") or {}).items():
        for check in checks:
            failure = (check.get("failure_info") or {}).get("failure")
            if check["status"] != "failure" or not failure:
                continue
            seen = (recorder.get("interactions") or {}).get(failure.get("case_id") or case) or {}
            request, response = seen.get("request") or {}, seen.get("response") or {}
            yield {
                "operation": str(failure.get("operation") or recorder.get("label"))[:_LONGEST],
                "check": str(check["name"])[:100],
                "title": str(failure.get("title"))[:200],
                "message": str(failure.get("message"))[:_LONGEST],
                "status": response.get("status_code") or 0,
                "method": str(request.get("method"))[:40],
                "uri": str(request.get("uri"))[:_LONGEST],
                "headers": {str(k)[:100]: str(v)[:400] for k, v in list((request.get("headers") or {}).items())[:30]},
                "body": str(((request.get("body") or {}) or {}).get("$base64") or "")[:_LONGEST],
            }


if __name__ == "__main__":
    main()
