"""What a project's own load tests claim, shown beside what was measured here: evidence that decides nothing.

Who hands a summary in may have written it by hand, on any machine and of any program. So it is named as a claim, with
the file that makes it, and no number of this gate rests on it.
"""

import json
import re
from dataclasses import dataclass, replace

from grader.domain.evidence import Artefact, Finding, Location, Measurement
from grader.domain.findings import Severity
from grader.domain.text import one_line
from grader.domain.words import bounded
from grader.gates.performance.summaries import NoSummary, Summary, read_summary
from grader.gates.subject import Subject
from grader.intake.layout import FILE
from grader.reader.client import NotReadable, Reader

SOURCE = "a load test of the project's own, as it says"
PLACE = "performance.p95"
_LARGEST, _MOST_FILES = 1 << 20, 10
# What both tools, their manuals and their users call such files.
_KNOWN = re.compile(
    r"(?:[\w.-]{1,80}/){0,6}(?:[\w.-]{0,80}k6[\w.-]{0,80}\.json|(?:[\w-]{0,60}[-_])?summary(?:[-_]export)?\.json"
    r"|[\w.-]{0,80}locust[\w.-]{0,80}\.json|[\w.-]{1,80}_stats\.csv)",
    re.ASCII,
)
_SKIPPED = re.compile(r"(?:^|/)(?:node_modules|\.venv|venv|site-packages|htmlcov)/")
_SAFE = re.compile(r"[\w./ -]{1,300}", re.ASCII)
_COLUMNS = ("File", "Tool", "Requests", "Failed", "Requests/s", "Mean (ms)", "95th percentile (ms)", "Longest (ms)")
_KEYS = '[evidence] load = ["reports/k6-summary.json"]'


@dataclass(frozen=True, slots=True)
class Claims:
    """Summaries by the path of their file, and notes on what was named and is none."""

    summaries: tuple[tuple[str, Summary], ...] = ()
    notes: tuple[Finding, ...] = ()

    def beside(self, measured: Measurement) -> Measurement:
        """The measurement, with what is claimed if it is that of ``PLACE``."""
        findings = tuple(_claim(path, summary) for path, summary in self.summaries) + self.notes
        if measured.metric != PLACE or not findings:
            return measured
        table = (_table(self.summaries),) if self.summaries else ()
        return replace(measured, findings=(*measured.findings, *findings), artefacts=(*measured.artefacts, *table))


def claims(subject: Subject) -> Claims:
    """What the files claim that `track.toml` names, or, where it names none, those of a well-known name."""
    with Reader("toml", "json") as reader:
        named, notes = _named(subject, reader)
        paths = named if named is not None else tuple(filter(_is_known, subject.files))
        summaries: list[tuple[str, Summary]] = []
        for path in paths[:_MOST_FILES]:
            try:
                summaries.append((path, _read(subject, path, reader)))
            except NoSummary as wrong:
                if named is not None:  # one that was only found by its name may be anything
                    notes.append(_note(f"{FILE} names {_shown(path)} as a summary of a load test, but {wrong}.", path))
    return Claims(tuple(summaries), tuple(notes))


def _is_known(path: str) -> bool:
    return _KNOWN.fullmatch(path) is not None and not _SKIPPED.search(path)


def _named(subject: Subject, reader: Reader) -> tuple[tuple[str, ...] | None, list[Finding]]:
    """The files that `track.toml` names, ``None`` where it names none, and what is wrong with the way it does."""
    if FILE not in subject.files:
        return None, []
    try:
        table = reader.read("toml", _data(subject, FILE)).get("evidence", {})
    except (NotReadable, NoSummary):
        return None, []  # intake has refused it before, or says what is wrong with it
    load = table.get("load") if isinstance(table, dict) else table
    if load is None:
        return None, []
    if not isinstance(load, list) or len(load) > _MOST_FILES or not all(isinstance(path, str) for path in load):
        wanted = f"a list of at most {_MOST_FILES} paths from the project's root"
        return (), [_note(f"{FILE}: `load` of [evidence] has to be {wanted}, as in {_KEYS}.", FILE)]
    return tuple(dict.fromkeys(load)), []


def _read(subject: Subject, path: str, reader: Reader) -> Summary:
    if path not in subject.files:
        raise NoSummary("there is no such file")
    return read_summary(path, _data(subject, path), reader)


def _data(subject: Subject, path: str) -> bytes:
    with (subject.submission / path).open("rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise NoSummary("it is larger than a megabyte, and no summary is")
    return data


def _claim(path: str, summary: Summary) -> Finding:
    said = [f"{summary.requests:,} requests"]
    if summary.failed is not None:
        said.append(f"{summary.failed:,} of them failed")
    said += [f"{words} {_figure(ms)} ms" for words, ms in _times(summary) if ms is not None]
    message = f"The project's {summary.tool} claims {', '.join(said)}. Where and on what, nobody here saw."
    return _note(message, path)


def _times(summary: Summary) -> tuple[tuple[str, float | None], ...]:
    return (
        ("a mean of", summary.mean_ms),
        ("95 in 100 within", summary.p95_ms),
        ("the longest", summary.longest_ms),
    )


def _table(summaries: tuple[tuple[str, Summary], ...]) -> Artefact:
    rows = [[path, *_cells(summary)] for path, summary in summaries]
    title = "What the project's own load tests claim (it counts nothing)"
    body = json.dumps({"columns": _COLUMNS, "rows": rows})
    return Artefact("performance-claims", title, "table", body, PLACE)


def _cells(summary: Summary) -> list[str]:
    figures = (summary.per_second, summary.mean_ms, summary.p95_ms, summary.longest_ms)
    failed = "" if summary.failed is None else f"{summary.failed:,}"
    return [summary.tool, f"{summary.requests:,}", failed, *("" if f is None else _figure(f) for f in figures)]


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _note(message: str, path: str) -> Finding:
    where = Location(path) if _SAFE.fullmatch(path) else None
    return Finding("performance.claim", message, Severity.NOTE, where, source=SOURCE)


def _shown(path: str) -> str:
    return one_line(bounded(path, 120))
