"""Summaries of load tests that a submission brings, read as data: of k6 in its three formats, of locust in two.

Every figure is a number that can be one, or is left out; of what else such a file holds, nothing is kept.
"""

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.reader.client import NotReadable, Reader

_MOST, _MOST_ROWS, _MOST_KEYS = 1e12, 1_000, 5_000
_TOTAL, _RANK = "Aggregated", 0.95
_NEEDED = frozenset({"Type", "Name", "Request Count", "Failure Count"})


class NoSummary(ValueError):
    """The file is no summary of a load test; the message says why, in a clause."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a load test says of itself. Times are in milliseconds; ``None`` is what it does not say."""

    tool: str
    requests: int
    failed: int | None = None
    per_second: float | None = None
    mean_ms: float | None = None
    p95_ms: float | None = None
    longest_ms: float | None = None


def read_summary(path: str, data: bytes, reader: Reader) -> Summary:
    """What the file says; ``reader`` is one of JSON.

    Raises:
        NoSummary: it is something else.
    """
    if path.endswith(".csv"):
        return _of_csv(data)
    try:
        value = reader.read("json", data)
    except NotReadable as wrong:
        raise NoSummary(wrong.text) from None
    return _of_locust(value) if isinstance(value, list) else _of_k6(value)


def _of_k6(value: Any) -> Summary:
    """From `--summary-export`, from `handleSummary`, or from the format of k6 1.5 and later."""
    metrics = dict(_k6_metrics(value))
    counted, took, failed = (metrics.get(f"http_{name}", {}) for name in ("reqs", "req_duration", "req_failed"))
    requests = _count(counted.get("count"))
    if requests is None:
        raise NoSummary("it has no number of http_reqs, as summaries of k6 have")
    share = _number(failed.get("rate", failed.get("value")))
    return Summary(
        "k6",
        requests,
        None if share is None or share > 1 else round(share * requests),
        _number(counted.get("rate")),
        _number(took.get("avg")),
        _number(took.get("p(95)")),
        _number(took.get("max")),
    )


def _k6_metrics(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """By the name of a metric, its values, wherever the format keeps them."""
    document = _mapping(value)
    listed = _mapping(document.get("results")).get("metrics")
    if isinstance(listed, list):
        for entry in map(_mapping, listed[:_MOST_KEYS]):
            yield str(entry.get("name")), _mapping(entry.get("values"))
    for name, entry in list(_mapping(document.get("metrics")).items())[:_MOST_KEYS]:
        yield str(name), _mapping(_mapping(entry).get("values", entry))


def _of_locust(value: list[Any]) -> Summary:
    """From `--json` and `--json-file`, which have no total: it is made from what was asked, one by one."""
    entries = [_mapping(entry) for entry in value[:_MOST_ROWS]]
    counts = [_count(entry.get("num_requests")) for entry in entries]
    requests = sum(count for count in counts if count is not None)
    if not entries or None in counts:
        raise NoSummary("its entries have no num_requests, as those of locust have")
    failed = [_count(entry.get("num_failures")) for entry in entries]
    total = [_number(entry.get("total_response_time")) for entry in entries]
    longest = [_number(entry.get("max_response_time")) for entry in entries]
    return Summary(
        "locust",
        requests,
        None if None in failed else sum(filter(None, failed)),
        _rate(entries, requests),
        None if None in total or not requests else sum(filter(None, total)) / requests,
        _percentile(entries),
        None if None in longest else max(filter(None, longest), default=0.0),
    )


def _rate(entries: list[Mapping[str, Any]], requests: int) -> float | None:
    begun = [_number(entry.get("start_time")) for entry in entries]
    ended = [_number(entry.get("last_request_timestamp")) for entry in entries]
    known = [time for time in (*begun, *ended) if time is not None]
    took = max(known) - min(known) if len(known) == 2 * len(entries) else 0.0
    return requests / took if took > 0 else None


def _percentile(entries: list[Mapping[str, Any]]) -> float | None:
    """From the histograms: how many answers took so many milliseconds."""
    times: list[tuple[float, int]] = []
    for entry in entries:
        for text, count in list(_mapping(entry.get("response_times")).items())[:_MOST_KEYS]:
            took, many = _number(text), _count(count)
            if took is None or many is None:
                return None
            times.append((took, many))
    wanted = math.ceil(_RANK * sum(many for _, many in times))
    for took, many in sorted(times):
        wanted -= many
        if wanted <= 0:
            return took
    return None


def _of_csv(data: bytes) -> Summary:
    """From `PREFIX_stats.csv` of `--csv PREFIX`: its last row is the total."""
    try:
        rows = csv.DictReader(data.decode("utf-8").splitlines(), strict=True)
        found = [row for _, row in zip(range(_MOST_ROWS), rows, strict=False) if row.get("Name") == _TOTAL]
    except (UnicodeDecodeError, csv.Error) as wrong:
        raise NoSummary(f"it is no CSV ({str(wrong)[:80]})") from None
    requests = _count(found[0].get("Request Count")) if found and found[0].keys() >= _NEEDED else None
    if requests is None:
        raise NoSummary("it has no row Aggregated with a Request Count, as the statistics of locust have")
    row = found[0]
    return Summary(
        "locust",
        requests,
        _count(row.get("Failure Count")),
        _number(row.get("Requests/s")),
        _number(row.get("Average Response Time")),
        _number(row.get("95%")),
        _number(row.get("Max Response Time")),
    )


def _number(value: Any) -> float | None:
    """A number from nothing up that can be one; from a text as well, as CSV has it."""
    if isinstance(value, str):
        try:
            value = float(value) if len(value) <= 40 else None
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= _MOST else None


def _count(value: Any) -> int | None:
    number = _number(value)
    return None if number is None or number != int(number) else int(number)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
