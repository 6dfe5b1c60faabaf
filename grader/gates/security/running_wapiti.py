"""Runs inside the tool's sandbox: wapiti on the addresses that it is given, and its report on standard output.

The order comes in the variable TRACK_RUN, as JSON: ``port`` that the application is asked at, ``paths`` to begin with
and ``arguments``. The last line of the output is a JSON object. It imports nothing of the grader.
"""

import contextlib
import io
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

_OWN = Path(tempfile.mkdtemp())
_REPORT = _OWN / "report.json"
_MOST, _LONGEST = 200, 2_000


def main() -> None:
    """Does as it is ordered."""
    order = json.loads(os.environ.pop("TRACK_RUN"))
    os.environ["HOME"] = str(_OWN)
    base = f"http://127.0.0.1:{order['port']}"
    words = ["wapiti", "-u", f"{base}/", *order["arguments"], "-f", "json", "-o", str(_REPORT)]
    for path in order["paths"]:
        words += ["-s", base + path]
    words += ["--store-session", str(_OWN / "session"), "--store-config", str(_OWN / "config")]
    said, status = io.StringIO(), 0
    from wapitiCore.main import wapiti  # type: ignore[import-not-found, unused-ignore]

    sys.argv = words
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            wapiti.wapiti_asyncio_wrapper()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 1
    report = json.loads(_REPORT.read_text("utf-8")) if _REPORT.exists() else None
    found = _found(report) if isinstance(report, dict) else None
    sys.stdout.write("\n" + json.dumps({"status": status, "said": said.getvalue()[-_LONGEST:], "found": found}) + "\n")
    sys.stdout.flush()
    os._exit(0)


def _found(report: dict[str, Any]) -> list[dict[str, str]]:
    """What was found, one by one, without what can be very long."""
    kept = ("method", "path", "info", "parameter", "curl_command")
    entries = [
        {"category": category, **{key: str(entry.get(key))[:_LONGEST] for key in kept}}
        for kind in ("vulnerabilities", "anomalies")
        for category, found in (report.get(kind) or {}).items()
        for entry in found
    ]
    return entries[:_MOST]


if __name__ == "__main__":
    main()
