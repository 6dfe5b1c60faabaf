"""Takes an order, runs the tests by the project's own runner, and replies with what was seen."""

import importlib
import importlib.util
import json
import os
import socket
import sys
from typing import Any


class Watch:
    """What the runners tell: which test runs now, and how each ended."""

    def __init__(self, control: socket.socket, recorder: Any, requests: Any) -> None:
        self._control, self._recorder, self._requests = control, recorder, requests
        self._clock = importlib.import_module(f"{__name__.rpartition('.')[0]}.waiting").clock
        self._since = 0.0
        self.tests: list[list[Any]] = []
        self._main = os.getpid()
        self.outcomes: list[list[Any]] = []

    def begin(self, name: str) -> None:
        """A test begins."""
        self.tests.append([name, "passed", 0])
        self._enter(len(self.tests) - 1)
        self.say({"test": name[:300]})
        self._since = self._clock()

    def end(self, outcome: str) -> None:
        """It has ended: ``passed``, ``failed`` or ``skipped``.

        What it took is what it would take on a machine that nobody else uses: by that it is decided which tests are
        asked about a change, and the same ones have to be wherever they run.
        """
        self.tests[-1][1:] = [outcome, max(0, int((self._clock() - self._since) * 1000))]
        self._enter(-1)

    def _enter(self, test: int) -> None:
        if self._recorder is not None:
            self._recorder.begin(test)
        self._requests.test = test

    def outcome(self, job: int, word: str, text: str, seconds: float) -> None:
        """A job on a changed module has ended."""
        self.outcomes.append([job, word, text, int(seconds * 1000)])
        self.say({"job": job})

    def say(self, what: "dict[str, Any]") -> None:
        """One line, from the process that was started and from none that it forked."""
        if os.getpid() == self._main:
            self._control.sendall(json.dumps(what).encode() + b"\n")


def _share_packages() -> None:
    """A Python that the tests start finds the packages, as it does in a virtual environment."""
    django = importlib.util.find_spec("django")
    if django is not None and django.origin:
        os.environ["PYTHONPATH"] = os.path.dirname(os.path.dirname(django.origin))


def main(fd: int) -> None:
    """Reads one order, carries it out and ends the process, whatever the tests have left running."""
    control = socket.socket(fileno=fd)
    with control.makefile("rb") as reader:
        order = json.loads(reader.readline())
    package = __name__.rpartition(".")[0]
    recorder = None
    if order["measured"]:
        recorder = importlib.import_module(f"{package}.recorder").Recorder(os.getcwd(), order["measured"])
        recorder.start()
    requests = importlib.import_module(f"{package}.requests").Requests()
    watch = Watch(control, recorder, requests)
    why, status = "", -1
    try:
        _share_packages()
        requests.start()
        run = importlib.import_module(f"{package}.{order['runner']}_runner").run
        if order["jobs"]:
            importlib.import_module(f"{package}.mutating").run_cold(order, run, watch)
        if not order["jobs"] or any(job["warm"] for job in order["jobs"]):
            status = run(order, watch)
    except BaseException as error:
        why = f"{type(error).__name__}: {error}"[:500]
    lines, branches = recorder.finish() if recorder is not None else ({}, {})
    sys.stdout.flush()
    sys.stderr.flush()
    reply = {"status": status, "why": why, "tests": watch.tests, "lines": lines, "branches": branches}
    reply["outcomes"] = watch.outcomes
    watch.say({"reply": {**reply, "calls": sorted(map(list, requests.calls))}})
    control.close()
    os._exit(0)
