"""What a server and a worker offer at `/metrics`, as values (task 2)."""

import re
from dataclasses import dataclass

import pytest

from grader.checkpoint import fail

SAMPLE = re.compile(r"([A-Za-z_:][\w:]*)(?:\{(.*)\})? ([-+\w.]+)(?: \d+)?", re.ASCII)
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"', re.ASCII)
PLAIN = {"X-Forwarded-Proto": ""}  # no proxy in front, as Prometheus asks


@dataclass(frozen=True)
class Reading:
    """What `/metrics` said at one moment: values by name and labels."""

    samples: dict

    def value(self, name, **labels):
        """The value of a sample; 0 where there is none, as before its first event."""
        return self.samples.get((name, frozenset(labels.items())), 0.0)

    def has(self, name, **labels):
        """Whether there is such a sample."""
        return (name, frozenset(labels.items())) in self.samples

    def names(self):
        """The names of all samples."""
        return {name for name, _ in self.samples}

    def since(self, before, *wanted):
        """How much each of these has grown, as ``(name, labels)``, by a text that names it."""
        return {
            f"{name}{labels or ''}": self.value(name, **labels) - before.value(name, **labels)
            for name, labels in wanted
        }


@pytest.fixture
def read_metrics():
    """``read_metrics(it)`` is a ``Reading`` of the server's `/metrics`, asked as Prometheus asks."""

    def read(it, *, within_s=60.0):
        return reading(it.web.get("/metrics", version=None, headers=PLAIN, within_s=within_s).expect(200).text)

    return read


def reading(text):
    """The answer of a `/metrics` as a ``Reading``."""
    return Reading(dict(sample(line) for line in text.splitlines() if line.strip() and line[0] != "#"))


@pytest.fixture
def read_worker():
    """``read_worker(worker)`` is a ``Reading`` of what a worker offers at its own port."""
    return lambda worker: reading(worker.metrics())


def sample(line):
    """A line of the text format as ``((name, labels), value)``; fails the check if it is none."""
    found = SAMPLE.fullmatch(line.strip())
    if not found:
        fail(expected="lines in the text format of Prometheus at `/metrics`", observed=line[:200])
    labels = frozenset(LABEL.findall(found[2] or ""))
    try:
        return (found[1], labels), float(found[3])
    except ValueError:
        fail(expected=f"a number as the value of `{found[1]}` at `/metrics`", observed=found[3])
