"""The tests by pytest: its own configuration, without the options that it adds to every run."""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest

_OPTIONS = ["-q", "-p", "no:cacheprovider", "-o", "addopts=", "--tb=short"]


class Plugin:
    """Tells the watch of each test; of those collected, it keeps the ones that were asked for."""

    def __init__(self, order: "dict[str, Any]", watch: Any) -> None:
        self._wanted, self._watch = frozenset(order["only"]), watch
        self._outcome = "passed"

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: Any, items: "list[Any]") -> None:
        """Leaves out what was not asked for."""
        if self._wanted:
            left_out = [item for item in items if item.nodeid not in self._wanted]
            items[:] = [item for item in items if item.nodeid in self._wanted]
            config.hook.pytest_deselected(items=left_out)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: Any) -> "Iterator[None]":
        """One test, with all that is set up for it."""
        self._outcome = "passed"
        self._watch.begin(item.nodeid)
        result = yield
        self._watch.end(self._outcome)
        return result

    def pytest_runtest_logreport(self, report: Any) -> None:
        """The worst of its phases is how it ended."""
        if report.failed or (report.skipped and self._outcome == "passed"):
            self._outcome = report.outcome


def run(order: "dict[str, Any]", watch: Any) -> int:
    """The status that pytest ends with."""
    places = sorted({name.partition("::")[0] for name in order["only"]}) or order["tests"]
    options = [*_OPTIONS, *(["-x"] if order["stop"] else []), *order["options"]]
    plugins: list[Any] = [Plugin(order, watch)]
    if order["jobs"]:
        plugins.append(importlib.import_module(f"{__name__.rpartition('.')[0]}.mutating").Mutating(order, watch))
    return int(pytest.main([*options, *places], plugins=plugins))
