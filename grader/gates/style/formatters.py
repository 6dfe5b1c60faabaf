"""What black and isort would change. Of the project's own configuration nothing counts but the length of its lines."""

import re
from typing import Any

from grader.domain.errors import EnvironmentError_
from grader.domain.evidence import MOST_FINDINGS, Finding, Location, Measurement
from grader.domain.findings import Severity
from grader.domain.status import Status
from grader.gates.subject import Subject
from grader.reader.client import NotReadable, read_once
from grader.tools.installed import installed_tool, locked_version
from grader.tools.tool import Output, run

BLACK, ISORT, _UNIT = "style.black", "style.isort", "files"
_SAFE = re.compile(r"[\w./ -]{1,300}")
# What makes the tools leave a whole file or a part of it alone. A comment for a single line is its author's choice.
_BLACK_IS_OFF = re.compile(rb"^\s*#\s*(?:fmt:\s*off|yapf:\s*disable)\b", re.M)
_ISORT_IS_OFF = re.compile(rb"isort:\s*(?:skip_file|off)\b")
_REQUIREMENTS = "formatters.txt"
_LENGTHS = range(72, 121)
_USUAL = 88  # black's own
_LARGEST = 1 << 20
_MOVED = re.compile(r"^(?:would reformat|ERROR:) /submission/([\w./ -]{1,300}?)(?: Imports are incorrectly .*)?$", re.M)
_CANNOT = re.compile(r"^error: cannot (?:format|parse)[^/\n]{0,60} /submission/([\w./ -]{1,300}?):", re.M)


def black(subject: Subject) -> Measurement:
    """How many files black would write otherwise, or cannot read."""
    length = str(_line_length(subject, "black", "line-length"))
    options = ("--check", "--config", "/tools/none.toml", "--line-length", length, "--target-version", "py312")
    everything = ("--force-exclude", "a^", "--exclude", "a^", "--workers", "1", "--no-cache")
    output = _run("black", *options, *everything, "/submission", subject=subject, good=(0, 1, 123))
    return _measurement(BLACK, "black", output, _left_out(subject, _BLACK_IS_OFF))


def isort(subject: Subject) -> Measurement:
    """How many files isort would sort otherwise."""
    length = str(_line_length(subject, "isort", "line_length"))
    options = ["--check-only", "--settings-file", "/tools/none.toml", "--profile", "black", "--line-length", length]
    for folder in (".", *subject.layout.sources):
        options += ["--src", f"/submission/{folder}".removesuffix("/.")]
    output = _run("isort", *options, "--dont-follow-links", "/submission", subject=subject, good=(0, 1))
    return _measurement(ISORT, "isort", output, _left_out(subject, _ISORT_IS_OFF))


def _run(name: str, *arguments: str, subject: Subject, good: tuple[int, ...]) -> Output:
    tool = installed_tool(
        name,
        *arguments,
        requirements=_REQUIREMENTS,
        state_dir=subject.state_dir,
        kind=subject.spec.sandbox,
        configuration=("none.toml",),
    )
    output = run(tool, subject.sandbox, submission=subject.submission, deps=subject.deps)
    if output.status not in good:
        raise EnvironmentError_(f"{name} ended with {output.status}: {output.text[:300]}", "Run `grader doctor`.")
    return output


def _left_out(subject: Subject, comment: re.Pattern[bytes]) -> frozenset[str]:
    """The modules with a comment that turns the tool off for more than a line."""
    modules = (path for path in subject.files if path.endswith((".py", ".pyi")))
    return frozenset(path for path in modules if comment.search((subject.submission / path).read_bytes()))


def _measurement(metric: str, name: str, output: Output, left_out: frozenset[str]) -> Measurement:
    source = locked_version(name, _REQUIREMENTS)
    moved = {*_MOVED.findall(output.text), *_CANNOT.findall(output.text)}
    if output.status and not moved:
        raise EnvironmentError_(f"{name} names no file: {output.text[:300]}", "Run `grader doctor`.")
    paths = sorted(moved | left_out)
    findings = tuple(_finding(name, path, path in moved, source) for path in paths[:MOST_FINDINGS])
    where = tuple(Location(path) for path in paths[:MOST_FINDINGS])
    return Measurement(metric, len(paths), _UNIT, Status.PASSED, source, where=where, findings=findings)


def _finding(name: str, path: str, moved: bool, source: str) -> Finding:
    said = f"{name} would write this file otherwise." if moved else f"A comment turns {name} off in this file."
    remedy = f"Run `{name} .` and commit what it writes." if moved else "Take the comment out, or use it for one line."
    return Finding(name, said, Severity.LOW, Location(path) if _SAFE.fullmatch(path) else None, remedy, source=source)


def _line_length(subject: Subject, tool: str, key: str) -> int:
    """The project's own, from pyproject.toml, where it is one that people use; black's else."""
    path = subject.submission / "pyproject.toml"
    if not path.is_file() or path.stat().st_size > _LARGEST:
        return _USUAL
    try:
        table: Any = read_once("toml", path.read_bytes())
    except NotReadable:
        return _USUAL
    for name in ("tool", tool, key):
        table = table.get(name) if isinstance(table, dict) else None
    return table if type(table) is int and table in _LENGTHS else _USUAL
